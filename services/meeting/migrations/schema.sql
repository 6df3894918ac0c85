-- Which tables does the schema have after all migrations? Written by the test that compares
-- it, with RONGHE_UPDATE_SCHEMA=1; nothing runs this file.

CREATE TABLE `agenda_item` (
  `meeting_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `title` varchar(200) NOT NULL,
  `code` varchar(32) NOT NULL,
  `speaker_count` int(11) NOT NULL,
  `summary` varchar(4000) NOT NULL,
  `pre_committee_meeting_id` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`meeting_id`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `approval` (
  `id` bigint(20) NOT NULL,
  `open_key` varbinary(32) DEFAULT NULL,
  `subject` varchar(128) NOT NULL,
  `on_behalf_of` varchar(128) NOT NULL,
  `method` varchar(160) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `resource` varchar(160) NOT NULL,
  `purpose` varchar(255) NOT NULL,
  `request` mediumtext NOT NULL,
  `state` int(11) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `expire_time` datetime(6) NOT NULL,
  `decided_by` varchar(128) NOT NULL,
  `decided_on_behalf_of` varchar(128) NOT NULL,
  `reason` varchar(500) NOT NULL,
  `decide_time` datetime(6) DEFAULT NULL,
  `use_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `approval_by_open_key` (`open_key`),
  KEY `approval_by_state` (`state`,`expire_time`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `attachment` (
  `meeting_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `title` varchar(200) NOT NULL,
  `reference` varchar(500) NOT NULL,
  PRIMARY KEY (`meeting_id`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `attendance` (
  `meeting_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `full_member` tinyint(1) NOT NULL,
  `voting` tinyint(1) NOT NULL,
  `committee` tinyint(1) NOT NULL,
  `presence` int(11) NOT NULL,
  `reason` int(11) NOT NULL,
  `approved_by` bigint(20) DEFAULT NULL,
  `arrived_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`meeting_id`,`member_id`),
  KEY `attendance_by_member` (`member_id`,`meeting_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit` (
  `id` bigint(20) NOT NULL,
  `time` datetime(6) NOT NULL,
  `subject` varchar(128) NOT NULL,
  `on_behalf_of` varchar(128) NOT NULL,
  `peer` varchar(128) NOT NULL,
  `method` varchar(160) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `resource` varchar(160) NOT NULL,
  `result` varchar(128) NOT NULL,
  `trace_id` varchar(32) NOT NULL,
  `request_digest` varbinary(32) NOT NULL,
  `detail` varchar(255) NOT NULL DEFAULT '',
  PRIMARY KEY (`id`),
  KEY `audit_by_subject` (`subject`,`id`),
  KEY `audit_by_organization` (`organization_id`,`id`),
  KEY `audit_by_method` (`method`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit_chain` (
  `sequence` bigint(20) NOT NULL,
  `audit_id` bigint(20) NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `version` int(11) NOT NULL DEFAULT 1,
  PRIMARY KEY (`sequence`),
  UNIQUE KEY `audit_chain_by_audit` (`audit_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit_export` (
  `id` bigint(20) NOT NULL,
  `subject` varchar(128) NOT NULL,
  `time` datetime(6) NOT NULL,
  `request` varbinary(4096) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ballot` (
  `session_id` bigint(20) NOT NULL,
  `id` varbinary(16) NOT NULL COMMENT 'random',
  `choice` varbinary(1024) NOT NULL COMMENT 'sealed, of one length within a session',
  PRIMARY KEY (`session_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `consumer_position` (
  `source` varchar(64) NOT NULL,
  `last_sequence` bigint(20) NOT NULL,
  `resume_token` varchar(1024) NOT NULL,
  `updated` datetime(6) NOT NULL,
  PRIMARY KEY (`source`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `duty` (
  `id` bigint(20) NOT NULL,
  `rule_id` varchar(16) NOT NULL,
  `window_start` date NOT NULL,
  `window_end` date NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `standing` int(11) NOT NULL,
  `met_by` bigint(20) DEFAULT NULL,
  `rule_set` varchar(64) NOT NULL,
  `etag` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `duty_by_window` (`rule_id`,`window_start`,`organization_id`),
  KEY `duty_by_organization` (`organization_id`,`window_start`,`rule_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `election` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `meeting_id` bigint(20) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `state` int(11) NOT NULL,
  `office` int(11) NOT NULL,
  `seats` int(11) NOT NULL,
  `mode` int(11) NOT NULL,
  `committee_election_id` bigint(20) DEFAULT NULL,
  `upper_approval` varchar(100) NOT NULL,
  `teller_resolution` varchar(60) NOT NULL,
  `seats_resolution` varchar(60) NOT NULL,
  `roll` int(11) NOT NULL,
  `event_day` date NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `delegation` varchar(64) NOT NULL DEFAULT '',
  PRIMARY KEY (`id`),
  KEY `election_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `election_candidate` (
  `election_id` bigint(20) NOT NULL,
  `round` int(11) NOT NULL COMMENT '0: the slate of the coming round',
  `member_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL COMMENT '0: written in',
  `votes_for` int(11) NOT NULL,
  `votes_against` int(11) NOT NULL,
  `abstained` int(11) NOT NULL,
  `outcome` int(11) NOT NULL,
  PRIMARY KEY (`election_id`,`round`,`member_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `election_round` (
  `election_id` bigint(20) NOT NULL,
  `number` int(11) NOT NULL,
  `session_id` bigint(20) NOT NULL,
  `seats` int(11) NOT NULL,
  `runoff` tinyint(1) NOT NULL,
  `present` int(11) NOT NULL,
  `required_present` int(11) NOT NULL,
  `issued` int(11) NOT NULL,
  `returned` int(11) NOT NULL,
  `invalid` int(11) NOT NULL,
  `required_for` int(11) NOT NULL,
  `outcome` int(11) NOT NULL,
  PRIMARY KEY (`election_id`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `election_teller` (
  `election_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `duty` int(11) NOT NULL,
  `no_relative_standing` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`election_id`,`member_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `election_voter` (
  `election_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `reason` int(11) NOT NULL COMMENT '0: should vote',
  `upper_consent` varchar(100) NOT NULL,
  `resolution` varchar(60) NOT NULL,
  PRIMARY KEY (`election_id`,`member_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `event` (
  `id` bigint(20) NOT NULL,
  `sequence` bigint(20) DEFAULT NULL,
  `time` datetime(6) NOT NULL DEFAULT '1970-01-01 00:00:00.000000',
  `type` varchar(96) NOT NULL DEFAULT '',
  `subject` varchar(160) NOT NULL DEFAULT '',
  `organization_id` bigint(20) NOT NULL DEFAULT 0,
  `payload` varbinary(8192) NOT NULL DEFAULT '',
  PRIMARY KEY (`id`),
  UNIQUE KEY `event_by_sequence` (`sequence`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `event_head` (
  `id` bigint(20) NOT NULL,
  `last_sequence` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `interval_copy` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `category` int(11) NOT NULL,
  `standing` varchar(4) NOT NULL,
  `voting` tinyint(1) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  PRIMARY KEY (`id`),
  KEY `interval_copy_by_organization` (`organization_id`,`valid_to`,`standing`,`category`),
  KEY `interval_copy_by_member` (`member_id`,`valid_from`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `job_lease` (
  `name` varchar(96) NOT NULL,
  `owner` varchar(160) NOT NULL,
  `held_until` datetime(6) NOT NULL,
  `token` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `key_rotation` (
  `version` int(11) NOT NULL,
  `sealed_table` varchar(64) NOT NULL,
  `pass` int(11) NOT NULL,
  `reached` varchar(128) NOT NULL,
  `total` bigint(20) NOT NULL,
  `seen` bigint(20) NOT NULL,
  `stale` bigint(20) NOT NULL,
  `failed` bigint(20) NOT NULL,
  `resealed` bigint(20) NOT NULL,
  `started` datetime(6) NOT NULL,
  `finished` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`version`,`sealed_table`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `meeting` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `state` int(11) NOT NULL,
  `kinds` int(11) NOT NULL,
  `meeting_no` varchar(40) NOT NULL,
  `title` varchar(200) NOT NULL,
  `mode` int(11) NOT NULL,
  `planned_at` datetime(6) NOT NULL,
  `opened_at` datetime(6) DEFAULT NULL,
  `closed_at` datetime(6) DEFAULT NULL,
  `event_day` date NOT NULL,
  `place` varchar(200) NOT NULL,
  `chair_id` bigint(20) DEFAULT NULL,
  `recorder_id` bigint(20) DEFAULT NULL,
  `signed_by_chair` tinyint(1) NOT NULL,
  `signed_by_recorder` tinyint(1) NOT NULL,
  `should_attend` int(11) NOT NULL,
  `should_attend_voting` int(11) NOT NULL,
  `attended` int(11) NOT NULL,
  `attended_voting` int(11) NOT NULL,
  `care_exempt` int(11) NOT NULL,
  `speaker_count` int(11) NOT NULL,
  `motion_count` int(11) NOT NULL,
  `motions_quorate` int(11) NOT NULL,
  `missing_items` int(11) NOT NULL,
  `submitted_at` datetime(6) DEFAULT NULL,
  `submitted_by` varchar(64) NOT NULL,
  `late_entry` tinyint(1) NOT NULL,
  `source` int(11) NOT NULL,
  `decided_at` datetime(6) DEFAULT NULL,
  `decided_by` varchar(64) NOT NULL,
  `return_reason` varchar(500) NOT NULL,
  `root_id` bigint(20) NOT NULL,
  `version` int(11) NOT NULL,
  `correction_of` bigint(20) DEFAULT NULL,
  `corrected_by` bigint(20) DEFAULT NULL,
  `correction_reason` varchar(500) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `delegation` varchar(64) NOT NULL DEFAULT '',
  PRIMARY KEY (`id`),
  KEY `meeting_by_organization` (`organization_id`,`event_day`,`id`),
  KEY `meeting_by_root` (`root_id`,`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `motion` (
  `meeting_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `text` varchar(1000) NOT NULL,
  `kind` int(11) NOT NULL,
  `ballot_mode` int(11) NOT NULL,
  `voted_at` datetime(6) DEFAULT NULL,
  `present` int(11) NOT NULL,
  `written_for` int(11) NOT NULL,
  `votes_for` int(11) NOT NULL,
  `votes_against` int(11) NOT NULL,
  `votes_abstain` int(11) NOT NULL,
  `votes_invalid` int(11) NOT NULL,
  `ballots_issued` int(11) NOT NULL,
  `ballots_returned` int(11) NOT NULL,
  `result` int(11) NOT NULL,
  `should_vote` int(11) NOT NULL,
  `required_present` int(11) NOT NULL,
  `required_for` int(11) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `subject` varchar(80) NOT NULL DEFAULT '',
  PRIMARY KEY (`meeting_id`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `observer` (
  `meeting_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `name` varchar(60) NOT NULL,
  `member_id` bigint(20) DEFAULT NULL,
  `capacity` varchar(60) NOT NULL,
  PRIMARY KEY (`meeting_id`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `org_copy` (
  `id` bigint(20) NOT NULL,
  `parent_id` bigint(20) NOT NULL,
  `kind` char(3) NOT NULL,
  `name` varchar(200) NOT NULL,
  `code` varchar(64) NOT NULL,
  `sort` int(11) NOT NULL,
  `founded_on` date DEFAULT NULL,
  `revoked_on` date DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `post_copy` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `post_code` char(2) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  PRIMARY KEY (`id`),
  KEY `post_copy_by_organization` (`organization_id`,`valid_to`,`valid_from`),
  KEY `post_copy_by_member` (`member_id`,`valid_from`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `request_record` (
  `subject` varchar(128) NOT NULL,
  `method` varchar(160) NOT NULL,
  `request_id` varchar(64) NOT NULL,
  `digest` varbinary(32) NOT NULL,
  `organization_id` bigint(20) DEFAULT NULL,
  `response` mediumblob NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`subject`,`method`,`request_id`),
  KEY `request_record_by_creation` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `resolution` (
  `meeting_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `text` varchar(2000) NOT NULL,
  `owner` varchar(100) NOT NULL,
  `due_date` date DEFAULT NULL,
  PRIMARY KEY (`meeting_id`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `schema_lease` (
  `id` bigint(20) NOT NULL,
  `owner` varchar(64) NOT NULL,
  `held_until` datetime(6) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `schema_migration` (
  `version` bigint(20) NOT NULL,
  `name` varchar(128) NOT NULL,
  `checksum` varchar(64) NOT NULL,
  `applied_at` datetime(6) NOT NULL,
  PRIMARY KEY (`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `voter_token` (
  `session_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL COMMENT 'a voter present',
  `token_hash` varbinary(32) DEFAULT NULL COMMENT 'until the session is closed',
  `received` tinyint(1) NOT NULL,
  `used` tinyint(1) NOT NULL,
  PRIMARY KEY (`session_id`,`member_id`),
  UNIQUE KEY `voter_token_by_hash` (`token_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
