-- Which tables does the schema have after all migrations? Written by the test that compares
-- it, with RONGHE_UPDATE_SCHEMA=1; nothing runs this file.

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

CREATE TABLE `consumer_position` (
  `source` varchar(64) NOT NULL,
  `last_sequence` bigint(20) NOT NULL,
  `resume_token` varchar(1024) NOT NULL,
  `updated` datetime(6) NOT NULL,
  PRIMARY KEY (`source`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `evaluation_round` (
  `id` bigint(20) NOT NULL,
  `scheme_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `title` varchar(100) NOT NULL,
  `start_date` date NOT NULL,
  `end_date` date NOT NULL,
  `state` int(11) NOT NULL,
  `listed` tinyint(1) NOT NULL,
  `organizations` bigint(20) NOT NULL,
  `scored` bigint(20) NOT NULL,
  `facts_digest` varbinary(32) NOT NULL,
  `results_digest` varbinary(32) NOT NULL,
  `failure` varchar(300) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `started_at` datetime(6) DEFAULT NULL,
  `frozen_at` datetime(6) DEFAULT NULL,
  `scored_at` datetime(6) DEFAULT NULL,
  `published_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `evaluation_round_by_organization` (`organization_id`,`id`),
  KEY `evaluation_round_by_state` (`state`,`id`)
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

CREATE TABLE `round_fact` (
  `round_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `indicator` varchar(64) NOT NULL,
  `numerator` bigint(20) NOT NULL,
  `denominator` bigint(20) NOT NULL,
  `evidence` varchar(200) NOT NULL,
  PRIMARY KEY (`round_id`,`organization_id`,`indicator`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `round_indicator` (
  `round_id` bigint(20) NOT NULL,
  `indicator` varchar(64) NOT NULL,
  `source` varchar(40) NOT NULL,
  `title` varchar(100) NOT NULL,
  `rule_id` varchar(64) NOT NULL,
  `rule_source` varchar(300) NOT NULL,
  `rule_version` varchar(64) NOT NULL,
  PRIMARY KEY (`round_id`,`indicator`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `round_mark` (
  `round_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `item` varchar(32) NOT NULL,
  `points` bigint(20) NOT NULL,
  `basis` varchar(300) NOT NULL,
  `recorder` varchar(128) NOT NULL,
  `recorded_at` datetime(6) NOT NULL,
  PRIMARY KEY (`round_id`,`organization_id`,`item`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `round_organization` (
  `round_id` bigint(20) NOT NULL,
  `position` bigint(20) NOT NULL,
  `end_position` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` varchar(4) NOT NULL,
  `name` varchar(200) NOT NULL,
  `peer_class` varchar(32) NOT NULL,
  PRIMARY KEY (`round_id`,`position`),
  UNIQUE KEY `round_organization_by_id` (`round_id`,`organization_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `round_score` (
  `round_id` bigint(20) NOT NULL,
  `position` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `stars` int(11) NOT NULL,
  `score` varbinary(2000) NOT NULL,
  `record` mediumblob NOT NULL,
  PRIMARY KEY (`round_id`,`position`),
  UNIQUE KEY `round_score_by_organization` (`round_id`,`organization_id`),
  KEY `round_score_by_stars` (`round_id`,`stars`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `round_source` (
  `round_id` bigint(20) NOT NULL,
  `source` varchar(40) NOT NULL,
  `resume_token` varchar(2000) NOT NULL,
  `facts` bigint(20) NOT NULL,
  `done` tinyint(1) NOT NULL,
  `problem` varchar(300) NOT NULL,
  PRIMARY KEY (`round_id`,`source`)
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

CREATE TABLE `scheme` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `code` varchar(32) NOT NULL,
  `version` int(11) NOT NULL,
  `title` varchar(100) NOT NULL,
  `state` int(11) NOT NULL,
  `rules` mediumblob NOT NULL,
  `rules_digest` varbinary(32) NOT NULL,
  `system_share` int(11) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `published_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `scheme_by_version` (`code`,`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
