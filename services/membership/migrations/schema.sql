-- Which tables does the schema have after all migrations? Written by the test that compares
-- it, with RONGHE_UPDATE_SCHEMA=1; nothing runs this file.

CREATE TABLE `admission_applicant` (
  `case_id` bigint(20) NOT NULL,
  `open_key` varbinary(32) DEFAULT NULL,
  `identity_cipher` varbinary(255) NOT NULL,
  `identity_index` varbinary(32) NOT NULL,
  `phone_cipher` varbinary(255) NOT NULL,
  `full_name` varchar(100) NOT NULL,
  `gender` int(11) NOT NULL,
  `birth_date` date NOT NULL,
  `ethnicity` varchar(2) NOT NULL,
  `education` varchar(2) NOT NULL,
  `degree` varchar(3) NOT NULL,
  `occupation` varchar(100) NOT NULL,
  `technical_post` varchar(100) NOT NULL,
  `migrant_worker` tinyint(1) NOT NULL,
  `residence_region` varchar(6) NOT NULL,
  `household_region` varchar(6) NOT NULL,
  `unit` int(11) NOT NULL,
  PRIMARY KEY (`case_id`),
  UNIQUE KEY `admission_applicant_open` (`open_key`),
  KEY `admission_applicant_by_identity` (`identity_index`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `admission_case` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `state_since` date NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `floating` tinyint(1) NOT NULL,
  `approver_id` bigint(20) NOT NULL,
  `relocating_to` bigint(20) NOT NULL,
  `received_on` date NOT NULL,
  `activist_on` date DEFAULT NULL,
  `review_ordinal` int(11) NOT NULL,
  `notice_ends_on` date DEFAULT NULL,
  `candidate_on` date DEFAULT NULL,
  `sponsors` int(11) NOT NULL,
  `background_review` int(11) NOT NULL,
  `trained` tinyint(1) NOT NULL,
  `form_number` varchar(32) NOT NULL,
  `pre_reviewed_on` date DEFAULT NULL,
  `voted_on` date DEFAULT NULL,
  `submitted_on` date DEFAULT NULL,
  `approved_on` date DEFAULT NULL,
  `replied_on` date DEFAULT NULL,
  `probation_ends_on` date DEFAULT NULL,
  `extended_months` int(11) NOT NULL,
  `proposal` int(11) NOT NULL,
  `proposal_months` int(11) NOT NULL,
  `conversion_submitted_on` date DEFAULT NULL,
  `conversion_decided_on` date DEFAULT NULL,
  `conversion_outcome` int(11) NOT NULL,
  `full_from` date DEFAULT NULL,
  `postponed_to` date DEFAULT NULL,
  `transferred_in_on` date DEFAULT NULL,
  `ended_on` date DEFAULT NULL,
  `end_reason` int(11) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `admission_case_by_organization` (`organization_id`,`id`),
  KEY `admission_case_by_member` (`member_id`,`state`),
  KEY `admission_case_by_approval` (`approved_on`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `admission_event` (
  `id` bigint(20) NOT NULL,
  `case_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `day` date NOT NULL,
  `state_before` int(11) NOT NULL,
  `state_after` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `branch_id` bigint(20) NOT NULL,
  `actor` varchar(128) NOT NULL,
  `motion` varchar(64) NOT NULL,
  `facts` varbinary(4096) NOT NULL,
  `time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `admission_event_by_case` (`case_id`,`id`),
  KEY `admission_event_by_branch` (`branch_id`,`kind`,`day`),
  KEY `admission_event_by_kind` (`kind`,`day`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `admission_sponsor` (
  `case_id` bigint(20) NOT NULL,
  `role` int(11) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  PRIMARY KEY (`case_id`,`role`,`member_id`,`valid_from`),
  KEY `admission_sponsor_by_member` (`member_id`,`role`,`case_id`)
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

CREATE TABLE `contact_attempt` (
  `id` bigint(20) NOT NULL,
  `suspension_case_id` bigint(20) NOT NULL,
  `day` date NOT NULL,
  `method` int(11) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `contact_attempt_by_case` (`suspension_case_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `deadline` (
  `id` bigint(20) NOT NULL,
  `code` varchar(8) NOT NULL,
  `subject_collection` varchar(32) NOT NULL,
  `subject_id` bigint(20) NOT NULL,
  `ordinal` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `due_on` date NOT NULL,
  `state` int(11) NOT NULL,
  `met_on` date DEFAULT NULL,
  `rule_id` varchar(16) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `source` varchar(200) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `deadline_by_subject` (`subject_collection`,`subject_id`,`code`,`ordinal`),
  KEY `deadline_by_organization` (`organization_id`,`state`,`due_on`,`id`),
  KEY `deadline_by_due` (`state`,`due_on`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `decision` (
  `id` bigint(20) NOT NULL,
  `subject_collection` varchar(32) NOT NULL,
  `subject_id` bigint(20) NOT NULL,
  `event` varchar(64) NOT NULL,
  `rule_id` varchar(16) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `source` varchar(200) NOT NULL,
  `required` varchar(200) NOT NULL,
  `actual` varchar(200) NOT NULL,
  `outcome` int(11) NOT NULL,
  `reason` varchar(64) NOT NULL,
  `time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `decision_by_subject` (`subject_collection`,`subject_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `discipline` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `measure` int(11) NOT NULL,
  `decided_on` date NOT NULL,
  `effect_from` date NOT NULL,
  `effect_until` date NOT NULL,
  `organ` int(11) NOT NULL,
  `decided_by_id` bigint(20) NOT NULL,
  `basis_collection` varchar(32) NOT NULL,
  `basis_id` bigint(20) NOT NULL,
  `restored_on` date DEFAULT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `discipline_by_basis` (`basis_collection`,`basis_id`),
  KEY `discipline_by_member` (`member_id`,`id`),
  KEY `discipline_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `disposition_case` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `ground` int(11) NOT NULL,
  `origin` int(11) NOT NULL,
  `lapse_ground` int(11) NOT NULL,
  `important` tinyint(1) NOT NULL,
  `state` int(11) NOT NULL,
  `opened_on` date NOT NULL,
  `investigated_on` date DEFAULT NULL,
  `talked_on` date DEFAULT NULL,
  `decided_on` date DEFAULT NULL,
  `approved_on` date DEFAULT NULL,
  `told_on` date DEFAULT NULL,
  `ended_on` date DEFAULT NULL,
  `outcome` int(11) NOT NULL,
  `measure` int(11) NOT NULL,
  `measure_months` int(11) NOT NULL,
  `correction_months` int(11) NOT NULL,
  `correction_until` date DEFAULT NULL,
  `correction_result` int(11) NOT NULL,
  `motion` varchar(96) NOT NULL,
  `approver_id` bigint(20) NOT NULL,
  `organ` int(11) NOT NULL,
  `approval_motion` varchar(96) NOT NULL,
  `close_reason` int(11) NOT NULL,
  `open_member_id` bigint(20) DEFAULT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `disposition_case_by_open_member` (`open_member_id`),
  KEY `disposition_case_by_member` (`member_id`,`id`),
  KEY `disposition_case_by_organization` (`organization_id`,`id`),
  KEY `disposition_case_by_state` (`organization_id`,`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `document` (
  `id` bigint(20) NOT NULL,
  `subject_collection` varchar(32) NOT NULL,
  `subject_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` varchar(48) NOT NULL,
  `title` varchar(200) NOT NULL,
  `media_type` varchar(100) NOT NULL,
  `size` bigint(20) NOT NULL,
  `sha256` varbinary(32) NOT NULL,
  `object_key` varchar(200) NOT NULL,
  `state` int(11) NOT NULL,
  `uploaded_by` varchar(128) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `document_by_subject` (`subject_collection`,`subject_id`,`id`),
  KEY `document_by_organization` (`organization_id`,`id`)
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

CREATE TABLE `lapse_counter` (
  `member_id` bigint(20) NOT NULL,
  `ground` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `months` int(11) NOT NULL,
  `last_reset_month` int(11) NOT NULL,
  `counted_month` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `case_id` bigint(20) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`member_id`,`ground`),
  KEY `lapse_counter_by_organization` (`organization_id`,`state`,`member_id`,`ground`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `lapse_month` (
  `member_id` bigint(20) NOT NULL,
  `ground` int(11) NOT NULL,
  `month` int(11) NOT NULL,
  `verdict` int(11) NOT NULL,
  `run` int(11) NOT NULL,
  PRIMARY KEY (`member_id`,`ground`,`month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `lapse_run` (
  `month` int(11) NOT NULL,
  `after_member_id` bigint(20) NOT NULL,
  `finished` tinyint(1) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `member` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `category` int(11) NOT NULL,
  `standing` int(11) NOT NULL,
  `voting` tinyint(1) NOT NULL,
  `full_name` varchar(100) NOT NULL,
  `gender` int(11) NOT NULL,
  `identity_cipher` varbinary(255) NOT NULL,
  `identity_index` varbinary(32) NOT NULL,
  `ethnicity` varchar(2) NOT NULL,
  `birth_date` date NOT NULL,
  `education` varchar(2) NOT NULL,
  `degree` varchar(3) NOT NULL,
  `phone_cipher` varbinary(255) NOT NULL,
  `joined_on` date NOT NULL,
  `converted_on` date DEFAULT NULL,
  `adjustment_months` int(11) NOT NULL,
  `occupation` varchar(100) NOT NULL,
  `technical_post` varchar(100) NOT NULL,
  `migrant_worker` tinyint(1) NOT NULL,
  `floating` tinyint(1) NOT NULL,
  `out_of_contact` tinyint(1) NOT NULL,
  `residence_region` varchar(6) NOT NULL,
  `household_region` varchar(6) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `member_by_identity` (`identity_index`),
  KEY `member_by_organization` (`organization_id`,`id`),
  KEY `member_by_name` (`full_name`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `member_export` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `requested_by` varchar(128) NOT NULL,
  `purpose` varchar(32) NOT NULL,
  `category` int(11) NOT NULL,
  `standing` int(11) NOT NULL,
  `unmasked` tinyint(1) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `expire_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `member_export_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `member_task` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `assigned_on` date NOT NULL,
  `due_on` date NOT NULL,
  `completed_on` date DEFAULT NULL,
  `cancelled_on` date DEFAULT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `member_task_by_member` (`member_id`,`id`),
  KEY `member_task_by_days` (`member_id`,`assigned_on`,`completed_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `membership_change` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `code` int(11) NOT NULL,
  `day` date NOT NULL,
  `from_organization_id` bigint(20) NOT NULL,
  `to_organization_id` bigint(20) NOT NULL,
  `from_category` int(11) NOT NULL,
  `to_category` int(11) NOT NULL,
  `from_standing` int(11) NOT NULL,
  `to_standing` int(11) NOT NULL,
  `basis_collection` varchar(32) NOT NULL,
  `basis_id` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `membership_change_by_member` (`member_id`,`id`),
  KEY `membership_change_by_day` (`day`,`id`),
  KEY `membership_change_by_origin` (`from_organization_id`,`day`),
  KEY `membership_change_by_destination` (`to_organization_id`,`day`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `membership_interval` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `category` int(11) NOT NULL,
  `standing` int(11) NOT NULL,
  `voting` tinyint(1) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `membership_interval_by_member` (`member_id`,`valid_to`),
  KEY `membership_interval_by_organization` (`organization_id`,`valid_to`,`standing`,`category`)
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

CREATE TABLE `organization` (
  `id` bigint(20) NOT NULL,
  `parent_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `code` varchar(64) NOT NULL,
  `title` varchar(200) NOT NULL,
  `short_title` varchar(100) NOT NULL,
  `sort` int(11) NOT NULL,
  `founded_on` date NOT NULL,
  `revoked_on` date DEFAULT NULL,
  `unit_situation` int(11) NOT NULL,
  `region_code` varchar(6) NOT NULL,
  `next_child` int(11) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  `can_approve_probationary` tinyint(1) NOT NULL DEFAULT 0,
  `admits_floating` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `organization_by_code` (`code`),
  KEY `organization_by_parent` (`parent_id`,`sort`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_tree` (
  `id` bigint(20) NOT NULL,
  `next_root` int(11) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `overlay` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  `destination_organization_id` bigint(20) NOT NULL,
  `destination_region` varchar(6) NOT NULL,
  `reach` int(11) NOT NULL,
  `destination` int(11) NOT NULL,
  `former_occupation` int(11) NOT NULL,
  `certificate` tinyint(1) NOT NULL,
  `contact_person_id` bigint(20) NOT NULL,
  `purpose` int(11) NOT NULL,
  `reason` int(11) NOT NULL,
  `last_contact_on` date DEFAULT NULL,
  `contact_count` int(11) NOT NULL,
  `acknowledged_on` date DEFAULT NULL,
  `basis_collection` varchar(32) NOT NULL,
  `basis_id` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  `open_kind` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `overlay_by_open` (`member_id`,`open_kind`),
  KEY `overlay_by_member` (`member_id`,`id`),
  KEY `overlay_by_organization` (`organization_id`,`open_kind`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `overlay_contact` (
  `id` bigint(20) NOT NULL,
  `overlay_id` bigint(20) NOT NULL,
  `day` date NOT NULL,
  `method` int(11) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `overlay_contact_by_overlay` (`overlay_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `post` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `code` int(11) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  PRIMARY KEY (`id`),
  KEY `post_by_member` (`member_id`,`valid_to`),
  KEY `post_by_organization` (`organization_id`,`valid_to`,`code`)
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

CREATE TABLE `reminder_talk` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `held_on` date NOT NULL,
  `reason` int(11) NOT NULL,
  `actions` varchar(32) NOT NULL,
  `talker_id` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `reminder_talk_by_member` (`member_id`,`id`)
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

CREATE TABLE `roster_import` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `file_name` varchar(255) NOT NULL,
  `size` bigint(20) NOT NULL,
  `uploaded` bigint(20) NOT NULL,
  `expected_digest` varbinary(32) NOT NULL,
  `digest` varbinary(32) NOT NULL,
  `state` int(11) NOT NULL,
  `dry_run` tinyint(1) NOT NULL,
  `file_deleted` tinyint(1) NOT NULL,
  `effective_date` date NOT NULL,
  `row_count` int(11) NOT NULL,
  `processed_count` int(11) NOT NULL,
  `created_count` int(11) NOT NULL,
  `updated_count` int(11) NOT NULL,
  `unchanged_count` int(11) NOT NULL,
  `failed_count` int(11) NOT NULL,
  `failure_reason` varchar(64) NOT NULL,
  `failure_message` varchar(500) NOT NULL,
  `requested_by` varchar(128) NOT NULL,
  `trace_id` varchar(32) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `roster_import_by_state` (`state`,`id`),
  KEY `roster_import_by_organization` (`organization_id`,`id`),
  KEY `roster_import_by_digest` (`digest`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `roster_import_chunk` (
  `import_id` bigint(20) NOT NULL,
  `start_byte` bigint(20) NOT NULL,
  `size` bigint(20) NOT NULL,
  `digest` varbinary(32) NOT NULL,
  `content` mediumblob NOT NULL,
  PRIMARY KEY (`import_id`,`start_byte`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `roster_import_error` (
  `import_id` bigint(20) NOT NULL,
  `row_no` int(11) NOT NULL,
  `item` int(11) NOT NULL,
  `column_title` varchar(64) NOT NULL,
  `message` varchar(500) NOT NULL,
  PRIMARY KEY (`import_id`,`row_no`,`item`)
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

CREATE TABLE `suspension_case` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `ground` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `overlay_id` bigint(20) NOT NULL,
  `settled` tinyint(1) NOT NULL,
  `last_contact_on` date NOT NULL,
  `opened_on` date NOT NULL,
  `first_attempt_on` date DEFAULT NULL,
  `last_attempt_on` date DEFAULT NULL,
  `attempt_count` int(11) NOT NULL,
  `stop_proposed_on` date DEFAULT NULL,
  `stopped_on` date DEFAULT NULL,
  `stopped_by_id` bigint(20) NOT NULL,
  `found_on` date DEFAULT NULL,
  `restored_by_id` bigint(20) NOT NULL,
  `removal_proposed_on` date DEFAULT NULL,
  `removed_by_id` bigint(20) NOT NULL,
  `motion` varchar(96) NOT NULL,
  `ended_on` date DEFAULT NULL,
  `open_member_id` bigint(20) DEFAULT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `suspension_case_by_open_member` (`open_member_id`),
  KEY `suspension_case_by_member` (`member_id`,`id`),
  KEY `suspension_case_by_organization` (`organization_id`,`id`),
  KEY `suspension_case_by_state` (`organization_id`,`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `unmask_guard` (
  `subject` varchar(128) NOT NULL,
  `last_read` datetime(6) NOT NULL,
  PRIMARY KEY (`subject`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `unmask_read` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `subject` varchar(128) NOT NULL,
  `role` varchar(64) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `fields` varchar(128) NOT NULL,
  `purpose` varchar(32) NOT NULL,
  `reason` varchar(400) NOT NULL,
  `time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `unmask_read_by_member` (`member_id`,`id`),
  KEY `unmask_read_by_subject` (`subject`,`kind`,`time`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
