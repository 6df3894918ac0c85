-- Which tables does the schema have after all migrations? Written by the test that compares
-- it, with RONGHE_UPDATE_SCHEMA=1; nothing runs this file.

CREATE TABLE `activist_analysis` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `analysed_on` date NOT NULL,
  `activists` int(11) NOT NULL,
  `new_activists` int(11) NOT NULL,
  `ripe` int(11) NOT NULL,
  `examinations_overdue` int(11) NOT NULL,
  `without_cultivator` int(11) NOT NULL,
  `new_candidates` int(11) NOT NULL,
  `branches` int(11) NOT NULL,
  `measures` varchar(64) NOT NULL,
  `conclusion` varchar(500) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `activist_analysis_by_year` (`organization_id`,`year`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

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
  KEY `admission_case_by_approval` (`approved_on`,`id`),
  KEY `admission_case_by_state` (`state`,`organization_id`)
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

CREATE TABLE `bill_run` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `month` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `position` varchar(1000) NOT NULL,
  `after_member` bigint(20) NOT NULL,
  `branches_done` bigint(20) NOT NULL,
  `bills_made` bigint(20) NOT NULL,
  `without_standard` bigint(20) NOT NULL,
  `requested_by` varchar(128) NOT NULL,
  `trace_id` varchar(32) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `end_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `bill_run_by_state` (`state`,`id`),
  KEY `bill_run_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `care_record` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `occasion` int(11) NOT NULL,
  `day` date NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `fund` int(11) NOT NULL,
  `giver_id` bigint(20) NOT NULL,
  `voided` tinyint(1) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `care_record_by_member` (`member_id`,`id`),
  KEY `care_record_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `committee_election` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `term_id` bigint(20) NOT NULL,
  `new_term_id` bigint(20) NOT NULL,
  `state` int(11) NOT NULL,
  `open_organization_id` bigint(20) DEFAULT NULL,
  `committee_seats` int(11) NOT NULL,
  `deputy_seats` int(11) NOT NULL,
  `by_delegates` tinyint(1) NOT NULL,
  `reminded_on` date NOT NULL,
  `requested_on` date DEFAULT NULL,
  `replied_on` date DEFAULT NULL,
  `nominated_on` date DEFAULT NULL,
  `candidates_approved_on` date DEFAULT NULL,
  `elected_on` date DEFAULT NULL,
  `reported_on` date DEFAULT NULL,
  `approved_on` date DEFAULT NULL,
  `closed_on` date DEFAULT NULL,
  `elections` varchar(512) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `committee_election_open` (`open_organization_id`),
  KEY `committee_election_by_organization` (`organization_id`,`id`)
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
  `stage` int(11) NOT NULL,
  `stage_on` date NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `deadline_by_subject` (`subject_collection`,`subject_id`,`code`,`ordinal`),
  KEY `deadline_by_organization` (`organization_id`,`state`,`due_on`,`id`),
  KEY `deadline_by_stage` (`stage_on`,`id`)
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

CREATE TABLE `delegate` (
  `committee_election_id` bigint(20) NOT NULL,
  `unit_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  PRIMARY KEY (`committee_election_id`,`unit_id`,`member_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `delegation` (
  `committee_election_id` bigint(20) NOT NULL,
  `credentials_on` date DEFAULT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`committee_election_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `delegation_unit` (
  `committee_election_id` bigint(20) NOT NULL,
  `unit_id` bigint(20) NOT NULL,
  `seats` int(11) NOT NULL,
  `election` varchar(40) NOT NULL,
  `elected_on` date DEFAULT NULL,
  PRIMARY KEY (`committee_election_id`,`unit_id`)
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
  `decided_by_title` varchar(100) NOT NULL DEFAULT '',
  `document_number` varchar(64) NOT NULL DEFAULT '',
  `past_reason` int(11) NOT NULL DEFAULT 0,
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
  `uploaded` bigint(20) NOT NULL DEFAULT 0 COMMENT 'bytes in document_chunk',
  `sealed_key` varbinary(128) NOT NULL DEFAULT '' COMMENT 'the key of its bytes, sealed; empty: destroyed',
  `sweep_after` datetime(6) DEFAULT NULL COMMENT 'when its bytes are to go; absent: they stay',
  PRIMARY KEY (`id`),
  KEY `document_by_subject` (`subject_collection`,`subject_id`,`id`),
  KEY `document_by_organization` (`organization_id`,`id`),
  KEY `document_by_sweep` (`sweep_after`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `document_chunk` (
  `document_id` bigint(20) NOT NULL,
  `start_byte` bigint(20) NOT NULL,
  `size` bigint(20) NOT NULL,
  `digest` varbinary(32) NOT NULL,
  `content` mediumblob NOT NULL,
  PRIMARY KEY (`document_id`,`start_byte`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_account` (
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `paid_through` date DEFAULT NULL,
  `arrears_months` int(11) NOT NULL,
  `unpaid_months` int(11) NOT NULL,
  `arrears_fen` bigint(20) NOT NULL,
  `last_paid_on` date DEFAULT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`member_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_allocation` (
  `payment_id` bigint(20) NOT NULL,
  `month` int(11) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `settled` tinyint(1) NOT NULL,
  PRIMARY KEY (`payment_id`,`month`),
  KEY `dues_allocation_by_bill` (`member_id`,`month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_bill` (
  `member_id` bigint(20) NOT NULL,
  `month` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `paid_fen` bigint(20) NOT NULL,
  `state` int(11) NOT NULL,
  `settled` tinyint(1) NOT NULL,
  PRIMARY KEY (`member_id`,`month`),
  KEY `dues_bill_by_branch` (`organization_id`,`settled`,`month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_month` (
  `organization_id` bigint(20) NOT NULL,
  `month` int(11) NOT NULL,
  `members` bigint(20) NOT NULL,
  `billed_members` bigint(20) NOT NULL,
  `billed_fen` bigint(20) NOT NULL,
  `settled_fen` bigint(20) NOT NULL,
  `collected_fen` bigint(20) NOT NULL,
  PRIMARY KEY (`organization_id`,`month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_payment` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `channel` int(11) NOT NULL,
  `payer` int(11) NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `paid_on` date NOT NULL,
  `external_number` varchar(64) DEFAULT NULL,
  `receipt_number` varchar(96) NOT NULL,
  `state` int(11) NOT NULL,
  `late_make_up` tinyint(1) NOT NULL,
  `recorded_by` varchar(128) NOT NULL,
  `confirmed_by` varchar(128) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `dues_payment_by_receipt` (`receipt_number`),
  UNIQUE KEY `dues_payment_by_external` (`channel`,`external_number`),
  KEY `dues_payment_by_organization` (`organization_id`,`id`),
  KEY `dues_payment_by_member` (`member_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_receipt` (
  `organization_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `last_number` int(11) NOT NULL,
  PRIMARY KEY (`organization_id`,`year`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_reduction` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `committee_id` bigint(20) NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `from_month` int(11) NOT NULL,
  `to_month` int(11) NOT NULL,
  `motion` varchar(64) NOT NULL,
  `state` int(11) NOT NULL,
  `proposed_by` varchar(128) NOT NULL,
  `decided_by` varchar(128) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `decide_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `dues_reduction_by_member` (`member_id`,`state`),
  KEY `dues_reduction_by_organization` (`organization_id`,`id`),
  KEY `dues_reduction_by_committee` (`committee_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_report` (
  `organization_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `figures` varbinary(8000) NOT NULL,
  `publish_time` datetime(6) NOT NULL,
  PRIMARY KEY (`organization_id`,`year`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `dues_standard` (
  `member_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `revision` int(11) NOT NULL,
  `kind` int(11) NOT NULL,
  `category` int(11) NOT NULL,
  `base_fen` bigint(20) NOT NULL,
  `rate_bp` int(11) NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `capped` tinyint(1) NOT NULL,
  `from_month` int(11) NOT NULL,
  `to_month` int(11) NOT NULL,
  `reason` int(11) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `source` varchar(200) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`member_id`,`year`,`revision`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `election_candidate` (
  `committee_election_id` bigint(20) NOT NULL,
  `code` int(11) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `elected` tinyint(1) NOT NULL,
  PRIMARY KEY (`committee_election_id`,`code`,`member_id`)
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

CREATE TABLE `founding_case` (
  `id` bigint(20) NOT NULL,
  `parent_id` bigint(20) NOT NULL,
  `unit_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `title` varchar(200) NOT NULL,
  `state` int(11) NOT NULL,
  `applied_on` date NOT NULL,
  `replied_on` date DEFAULT NULL,
  `organization_id` bigint(20) NOT NULL,
  `filed_on` date DEFAULT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `founding_case_by_parent` (`parent_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `fund_account` (
  `organization_id` bigint(20) NOT NULL,
  `fund` int(11) NOT NULL,
  `bank` varchar(16) NOT NULL,
  `opened_on` date NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`organization_id`,`fund`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `fund_request` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `decider_id` bigint(20) NOT NULL,
  `use_code` int(11) NOT NULL,
  `amount_fen` bigint(20) NOT NULL,
  `allotted_fen` bigint(20) NOT NULL,
  `motion` varchar(64) NOT NULL,
  `decision` varchar(64) NOT NULL,
  `state` int(11) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `decide_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `fund_request_by_organization` (`organization_id`,`id`),
  KEY `fund_request_by_decider` (`decider_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `honour` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `code` int(11) NOT NULL,
  `level` int(11) NOT NULL,
  `title` varchar(100) NOT NULL,
  `awarded_by` varchar(100) NOT NULL,
  `awarded_on` date NOT NULL,
  `revoked_on` date DEFAULT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `honour_by_holder` (`organization_id`,`member_id`,`code`,`level`,`awarded_on`),
  KEY `honour_by_member` (`member_id`,`code`,`id`),
  KEY `honour_by_organization` (`organization_id`,`id`)
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

CREATE TABLE `ledger_balance` (
  `organization_id` bigint(20) NOT NULL,
  `fund` int(11) NOT NULL,
  `account` int(11) NOT NULL,
  `year` int(11) NOT NULL,
  `debit_fen` bigint(20) NOT NULL,
  `credit_fen` bigint(20) NOT NULL,
  PRIMARY KEY (`organization_id`,`fund`,`account`,`year`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ledger_check` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `state` int(11) NOT NULL,
  `position` varchar(1000) NOT NULL,
  `organizations_done` bigint(20) NOT NULL,
  `debit_fen` bigint(20) NOT NULL,
  `credit_fen` bigint(20) NOT NULL,
  `difference_count` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `end_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `ledger_check_by_state` (`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ledger_difference` (
  `check_id` bigint(20) NOT NULL,
  `ordinal` bigint(20) NOT NULL,
  `rule` varchar(16) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `fund` int(11) NOT NULL,
  `expected_fen` bigint(20) NOT NULL,
  `actual_fen` bigint(20) NOT NULL,
  PRIMARY KEY (`check_id`,`ordinal`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ledger_entry` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `fund` int(11) NOT NULL,
  `kind` int(11) NOT NULL,
  `day` date NOT NULL,
  `use_code` int(11) NOT NULL,
  `decision` varchar(64) NOT NULL,
  `reference_collection` varchar(32) NOT NULL,
  `reference_id` bigint(20) NOT NULL,
  `reverses_id` bigint(20) DEFAULT NULL,
  `posted_by` varchar(128) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `ledger_entry_by_reversed` (`reverses_id`),
  KEY `ledger_entry_by_organization` (`organization_id`,`fund`,`id`),
  KEY `ledger_entry_by_reference` (`reference_collection`,`reference_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ledger_export` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `requested_by` varchar(128) NOT NULL,
  `ledger` int(11) NOT NULL,
  `subject_collection` varchar(32) NOT NULL,
  `subject_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `format` int(11) NOT NULL,
  `purpose` varchar(32) NOT NULL,
  `unmasked` tinyint(1) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `expire_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ledger_export_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ledger_line` (
  `entry_id` bigint(20) NOT NULL,
  `line` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `fund` int(11) NOT NULL,
  `account` int(11) NOT NULL,
  `year` int(11) NOT NULL,
  `debit_fen` bigint(20) NOT NULL,
  `credit_fen` bigint(20) NOT NULL,
  PRIMARY KEY (`entry_id`,`line`),
  KEY `ledger_line_by_account` (`organization_id`,`fund`,`account`,`year`)
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
  `transfer_id` bigint(20) NOT NULL DEFAULT 0,
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

CREATE TABLE `member_past` (
  `member_id` bigint(20) NOT NULL,
  `valid_to` date NOT NULL,
  `education` varchar(2) NOT NULL,
  `degree` varchar(3) NOT NULL,
  `occupation` varchar(100) NOT NULL,
  `technical_post` varchar(100) NOT NULL,
  `migrant_worker` tinyint(1) NOT NULL,
  PRIMARY KEY (`member_id`,`valid_to`),
  KEY `member_past_by_day` (`valid_to`,`member_id`)
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
  `level` int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `organization_by_code` (`code`),
  KEY `organization_by_parent` (`parent_id`,`sort`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_change` (
  `id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  `effective_on` date NOT NULL,
  `moved` int(11) NOT NULL,
  `total` int(11) NOT NULL,
  `error_reason` varchar(64) NOT NULL,
  `subject` varchar(100) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `organization_change_by_target` (`target_id`,`id`),
  KEY `organization_change_by_state` (`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_change_source` (
  `organization_change_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `running_organization_id` bigint(20) DEFAULT NULL,
  `ordinal` int(11) NOT NULL,
  `done` tinyint(1) NOT NULL,
  `moved` int(11) NOT NULL,
  PRIMARY KEY (`organization_change_id`,`organization_id`),
  UNIQUE KEY `organization_change_source_running` (`running_organization_id`),
  KEY `organization_change_source_by_organization` (`organization_id`,`organization_change_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_past` (
  `organization_id` bigint(20) NOT NULL,
  `valid_to` date NOT NULL,
  `parent_id` bigint(20) NOT NULL,
  PRIMARY KEY (`organization_id`,`valid_to`),
  KEY `organization_past_by_day` (`valid_to`,`organization_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_profile` (
  `organization_id` bigint(20) NOT NULL,
  `statistics_title` varchar(200) NOT NULL,
  `former_titles` varchar(400) NOT NULL,
  `contact_member_id` bigint(20) NOT NULL,
  `functional` tinyint(1) NOT NULL,
  `founded_by_id` bigint(20) NOT NULL,
  `new_business_form` tinyint(1) NOT NULL,
  `stationed_outside` int(11) NOT NULL,
  `scattered_sites` tinyint(1) NOT NULL,
  `size_approved` tinyint(1) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`organization_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_tree` (
  `id` bigint(20) NOT NULL,
  `next_root` int(11) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `organization_unit` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `unit_id` bigint(20) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  `open_unit_id` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `organization_unit_open` (`organization_id`,`open_unit_id`),
  KEY `organization_unit_by_unit` (`unit_id`,`valid_to`)
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

CREATE TABLE `party_worker` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `post` int(11) NOT NULL,
  `full_time` tinyint(1) NOT NULL,
  `started_on` date NOT NULL,
  `ended_on` date NOT NULL,
  `running_member_id` bigint(20) DEFAULT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `party_worker_running` (`running_member_id`,`organization_id`,`post`),
  KEY `party_worker_by_member` (`member_id`,`id`),
  KEY `party_worker_by_organization` (`organization_id`,`ended_on`,`id`)
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

CREATE TABLE `reminder` (
  `deadline_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `code` varchar(8) NOT NULL,
  `due_on` date NOT NULL,
  `stage` int(11) NOT NULL,
  `raise_time` datetime(6) NOT NULL,
  PRIMARY KEY (`deadline_id`,`organization_id`),
  KEY `reminder_by_organization` (`organization_id`,`due_on`,`deadline_id`)
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

CREATE TABLE `remittance` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `parent_id` bigint(20) NOT NULL,
  `period` varchar(8) NOT NULL,
  `first_month` int(11) NOT NULL,
  `last_month` int(11) NOT NULL,
  `base_fen` bigint(20) NOT NULL,
  `ratio_bp` int(11) NOT NULL,
  `ratio_fen` bigint(20) NOT NULL,
  `central_fen` bigint(20) NOT NULL,
  `sent_fen` bigint(20) NOT NULL,
  `received_fen` bigint(20) NOT NULL,
  `state` int(11) NOT NULL,
  `rule_id` varchar(16) NOT NULL,
  `entry_id` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `receive_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `remittance_by_organization` (`organization_id`,`last_month`),
  KEY `remittance_by_parent` (`parent_id`,`id`),
  KEY `remittance_by_parent_period` (`parent_id`,`last_month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `remittance_period` (
  `organization_id` bigint(20) NOT NULL,
  `period` varchar(8) NOT NULL,
  `first_month` int(11) NOT NULL,
  `last_month` int(11) NOT NULL,
  `remittance_count` int(11) NOT NULL,
  `paid_fen` bigint(20) NOT NULL,
  `received_fen` bigint(20) NOT NULL,
  `central_fen` bigint(20) NOT NULL,
  `close_time` datetime(6) NOT NULL,
  PRIMARY KEY (`organization_id`,`period`),
  KEY `remittance_period_by_month` (`organization_id`,`last_month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `remittance_ratio` (
  `organization_id` bigint(20) NOT NULL,
  `from_year` int(11) NOT NULL,
  `basis` int(11) NOT NULL,
  `ratio_bp` int(11) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`organization_id`,`from_year`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `report_difference` (
  `report_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `ordinal` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `table_no` varchar(8) NOT NULL,
  `row_no` int(11) NOT NULL,
  `column_no` int(11) NOT NULL,
  `check_text` varchar(200) NOT NULL,
  `expected` bigint(20) NOT NULL,
  `actual` bigint(20) NOT NULL,
  PRIMARY KEY (`report_id`,`position`,`ordinal`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `report_organization` (
  `report_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `last_position` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `parent_id` bigint(20) NOT NULL,
  `level` int(11) NOT NULL,
  `title` varchar(200) NOT NULL,
  `own_cells` mediumblob NOT NULL,
  `cells` mediumblob NOT NULL,
  PRIMARY KEY (`report_id`,`position`),
  UNIQUE KEY `report_organization_by_organization` (`report_id`,`organization_id`),
  KEY `report_organization_by_parent` (`report_id`,`parent_id`,`position`)
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

CREATE TABLE `role_post` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `title` varchar(100) NOT NULL,
  `coverage` varchar(500) NOT NULL,
  `duty` varchar(1000) NOT NULL,
  `displayed` tinyint(1) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  `goal` varchar(500) NOT NULL,
  `indicator` varchar(200) NOT NULL,
  `stage` int(11) NOT NULL,
  `result` varchar(500) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `role_post_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `role_post_holder` (
  `id` bigint(20) NOT NULL,
  `role_post_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `valid_from` date NOT NULL,
  `valid_to` date NOT NULL,
  PRIMARY KEY (`id`),
  KEY `role_post_holder_by_post` (`role_post_id`,`valid_to`,`id`),
  KEY `role_post_holder_by_member` (`member_id`,`valid_to`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `role_post_review` (
  `role_post_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `meeting_id` bigint(20) NOT NULL,
  `day` date NOT NULL,
  `result` int(11) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`role_post_id`,`year`)
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
  `kind` int(11) NOT NULL DEFAULT 1 COMMENT 'what the file holds; 1: members',
  `whole` tinyint(1) NOT NULL DEFAULT 0 COMMENT 'written whole or not at all',
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

CREATE TABLE `statistics_report` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `form` varchar(32) NOT NULL,
  `kind` int(11) NOT NULL,
  `period_from` date NOT NULL,
  `snapshot_day` date NOT NULL,
  `state` int(11) NOT NULL,
  `phase` int(11) NOT NULL,
  `organization_count` int(11) NOT NULL,
  `computed_count` int(11) NOT NULL,
  `difference_count` int(11) NOT NULL,
  `requested_by` varchar(128) NOT NULL,
  `failure_reason` varchar(64) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  `compute_time` datetime(6) DEFAULT NULL,
  `submit_time` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `statistics_report_by_period` (`organization_id`,`kind`,`period_from`,`snapshot_day`),
  KEY `statistics_report_by_organization` (`organization_id`,`id`),
  KEY `statistics_report_by_state` (`state`,`id`)
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

CREATE TABLE `term` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `number` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `running_organization_id` bigint(20) DEFAULT NULL,
  `starts_on` date NOT NULL,
  `months` int(11) NOT NULL,
  `expires_on` date NOT NULL,
  `adjusted_months` int(11) NOT NULL,
  `approval_number` varchar(64) NOT NULL,
  `approved_on` date DEFAULT NULL,
  `ended_on` date DEFAULT NULL,
  `committee_seats` int(11) NOT NULL,
  `committee_election_id` bigint(20) NOT NULL,
  `rule_id` varchar(16) NOT NULL,
  `rule_set` varchar(64) NOT NULL,
  `source` varchar(200) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `term_running` (`running_organization_id`),
  KEY `term_by_organization` (`organization_id`,`id`),
  KEY `term_by_expiry` (`state`,`expires_on`,`id`),
  KEY `term_by_start` (`starts_on`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `transfer` (
  `id` bigint(20) NOT NULL,
  `transfer_no` varchar(80) NOT NULL,
  `kind` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `reason` int(11) NOT NULL,
  `reach` int(11) NOT NULL,
  `sender_organization_id` bigint(20) NOT NULL,
  `from_organization_id` bigint(20) NOT NULL,
  `receiver_organization_id` bigint(20) NOT NULL,
  `to_organization_id` bigint(20) NOT NULL,
  `outside_title` varchar(200) NOT NULL,
  `outside_code` varchar(64) NOT NULL,
  `unit_organization_id` bigint(20) NOT NULL,
  `open_unit_id` bigint(20) DEFAULT NULL,
  `member_count` int(11) NOT NULL,
  `upper_consent` varchar(100) NOT NULL,
  `away_since` date DEFAULT NULL,
  `no_personnel_file` tinyint(1) NOT NULL,
  `letter_number` varchar(64) NOT NULL,
  `letter_issued_on` date DEFAULT NULL,
  `expires_on` date DEFAULT NULL,
  `extensions` int(11) NOT NULL,
  `effective_on` date DEFAULT NULL,
  `receipt_number` varchar(64) NOT NULL,
  `completed_on` date DEFAULT NULL,
  `return_reason` int(11) NOT NULL,
  `closed_on` date DEFAULT NULL,
  `step` int(11) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  `pending_count` int(11) NOT NULL DEFAULT 0,
  `noted_to` bigint(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `transfer_by_number` (`transfer_no`),
  UNIQUE KEY `transfer_by_open_unit` (`open_unit_id`),
  KEY `transfer_by_origin` (`from_organization_id`,`id`),
  KEY `transfer_by_destination` (`to_organization_id`,`id`),
  KEY `transfer_by_expiry` (`state`,`expires_on`,`id`),
  KEY `transfer_by_pending` (`pending_count`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `transfer_counter` (
  `organization_id` bigint(20) NOT NULL,
  `year` int(11) NOT NULL,
  `transfers` int(11) NOT NULL,
  `letters` int(11) NOT NULL,
  PRIMARY KEY (`organization_id`,`year`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `transfer_member` (
  `transfer_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `open_member_id` bigint(20) DEFAULT NULL,
  `from_organization_id` bigint(20) NOT NULL,
  `category` int(11) NOT NULL,
  `dues_paid_through` date DEFAULT NULL,
  `dues_source` int(11) NOT NULL,
  `standing` int(11) NOT NULL DEFAULT 10,
  PRIMARY KEY (`transfer_id`,`member_id`),
  UNIQUE KEY `transfer_member_by_open_member` (`open_member_id`),
  KEY `transfer_member_by_member` (`member_id`,`transfer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `transfer_person` (
  `transfer_id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `open_identity` varbinary(32) DEFAULT NULL,
  `particulars` varbinary(8192) NOT NULL,
  `dues_paid_through` date DEFAULT NULL,
  PRIMARY KEY (`transfer_id`),
  UNIQUE KEY `transfer_person_by_open_identity` (`open_identity`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `transfer_step` (
  `transfer_id` bigint(20) NOT NULL,
  `number` int(11) NOT NULL,
  `action` int(11) NOT NULL,
  `state` int(11) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `actor` varchar(128) NOT NULL,
  `day` date NOT NULL,
  `reason` int(11) NOT NULL,
  `time` datetime(6) NOT NULL,
  PRIMARY KEY (`transfer_id`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `unit` (
  `id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `title` varchar(200) NOT NULL,
  `credit_code` varchar(18) DEFAULT NULL,
  `nature` int(11) NOT NULL,
  `legal_person` tinyint(1) NOT NULL,
  `staff_count` int(11) NOT NULL,
  `affiliation` varchar(2) NOT NULL,
  `holding` int(11) NOT NULL,
  `scale` int(11) NOT NULL,
  `region_code` varchar(6) NOT NULL,
  `closed_on` date DEFAULT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `unit_by_credit_code` (`credit_code`),
  KEY `unit_by_organization` (`organization_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `unit_site` (
  `id` bigint(20) NOT NULL,
  `unit_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `title` varchar(200) NOT NULL,
  `starts_on` date NOT NULL,
  `ends_on` date DEFAULT NULL,
  `full_members` int(11) NOT NULL,
  `branch_id` bigint(20) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  `update_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `unit_site_by_unit` (`unit_id`,`id`),
  KEY `unit_site_by_organization` (`organization_id`,`branch_id`,`id`),
  KEY `unit_site_by_branch` (`branch_id`)
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

CREATE TABLE `worker_event` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `kind` int(11) NOT NULL,
  `title` varchar(200) NOT NULL,
  `from_day` date NOT NULL,
  `to_day` date DEFAULT NULL,
  `document_id` bigint(20) NOT NULL,
  `organization_id` bigint(20) NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `worker_event_by_member` (`member_id`,`kind`,`from_day`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `worker_exchange` (
  `id` bigint(20) NOT NULL,
  `member_id` bigint(20) NOT NULL,
  `from_organization_id` bigint(20) NOT NULL,
  `to_organization_id` bigint(20) NOT NULL,
  `starts_on` date NOT NULL,
  `ends_on` date NOT NULL,
  `create_time` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `worker_exchange_by_member` (`member_id`,`starts_on`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
