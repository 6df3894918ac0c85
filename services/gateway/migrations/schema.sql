-- Which tables does the schema have after all migrations? Written by the test that compares
-- it, with RONGHE_UPDATE_SCHEMA=1; nothing runs this file.

CREATE TABLE `account` (
  `id` bigint(20) NOT NULL,
  `login_name` varchar(64) NOT NULL,
  `display_name` varchar(64) NOT NULL,
  `organization_id` bigint(20) NOT NULL COMMENT '0: of the whole house',
  `state` smallint(6) NOT NULL COMMENT '1 new, 2 password change required, 3 active, 4 disabled',
  `password_hash` varchar(255) NOT NULL COMMENT 'argon2id; empty: none',
  `password_changed_at` datetime(6) NOT NULL,
  `used_at` datetime(6) NOT NULL COMMENT 'last sign-in, or creation or enabling',
  `signed_in_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `etag` bigint(20) NOT NULL,
  `member_id` bigint(20) DEFAULT NULL COMMENT 'the member it belongs to',
  `second_factor_at` datetime(6) DEFAULT NULL COMMENT 'since when it has a second factor',
  PRIMARY KEY (`id`),
  UNIQUE KEY `account_login_name` (`login_name`),
  UNIQUE KEY `account_member` (`member_id`),
  KEY `account_organization` (`organization_id`,`id`),
  KEY `account_used` (`used_at`,`id`)
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

CREATE TABLE `auth_session` (
  `id` bigint(20) NOT NULL,
  `token_hash` binary(32) NOT NULL,
  `csrf_hash` binary(32) NOT NULL,
  `account_id` bigint(20) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `seen_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  `method` smallint(6) NOT NULL DEFAULT 1 COMMENT '1 password, 2 identity provider',
  `second_factor` smallint(6) NOT NULL DEFAULT 1 COMMENT '1 none, 2 pending, 3 enrolment required, 4 done',
  `address` varchar(64) NOT NULL DEFAULT '' COMMENT 'from where it was opened',
  `issued_at` datetime(6) NOT NULL DEFAULT '1970-01-01 00:00:00.000000' COMMENT 'when its tokens were made',
  PRIMARY KEY (`id`),
  UNIQUE KEY `auth_session_token` (`token_hash`),
  KEY `auth_session_account` (`account_id`,`id`),
  KEY `auth_session_expires` (`expires_at`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `client` (
  `id` bigint(20) NOT NULL,
  `certificate_name` varchar(64) NOT NULL,
  `display_name` varchar(128) NOT NULL,
  `state` smallint(6) NOT NULL COMMENT '1 active, 2 disabled',
  `created_at` datetime(6) NOT NULL,
  `department` varchar(128) NOT NULL DEFAULT '',
  `contact` varchar(128) NOT NULL DEFAULT '' COMMENT 'an office, never a person',
  `thumbprints` varchar(512) NOT NULL DEFAULT '' COMMENT 'x5t#S256 by space; empty: any certificate of the name',
  `per_second` int(11) NOT NULL DEFAULT 0 COMMENT '0: the default',
  `burst` int(11) NOT NULL DEFAULT 0 COMMENT '0: the default',
  `daily_quota` bigint(20) NOT NULL DEFAULT 0 COMMENT '0: the default',
  `etag` bigint(20) NOT NULL DEFAULT 1,
  PRIMARY KEY (`id`),
  UNIQUE KEY `client_certificate` (`certificate_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `client_assertion` (
  `client_id` bigint(20) NOT NULL,
  `jti_hash` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`client_id`,`jti_hash`),
  KEY `client_assertion_expires` (`expires_at`,`client_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `client_key` (
  `client_id` bigint(20) NOT NULL,
  `key_id` varchar(64) NOT NULL,
  `kind` smallint(6) NOT NULL COMMENT '1 secret, 2 public key',
  `algorithm` varchar(16) NOT NULL COMMENT 'of a public key; empty for a secret',
  `material` text NOT NULL COMMENT 'the JWK, or the SHA-256 of the secret in hexadecimal',
  `created_at` datetime(6) NOT NULL,
  `ends_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`client_id`,`key_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `client_quota` (
  `client_id` bigint(20) NOT NULL,
  `day` date NOT NULL COMMENT 'in Shanghai',
  `taken` bigint(20) NOT NULL COMMENT 'calls that gateways have reserved',
  PRIMARY KEY (`client_id`,`day`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `client_share` (
  `client_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `method` varchar(256) NOT NULL,
  `fields` mediumtext NOT NULL COMMENT 'full names by space',
  `purposes` text NOT NULL COMMENT 'codes by space',
  `legal_basis` varchar(500) NOT NULL,
  `attribute` smallint(6) NOT NULL COMMENT '1 unconditional, 2 conditional, 3 not shared',
  `valid_until` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`client_id`,`position`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `consumer_position` (
  `source` varchar(64) NOT NULL,
  `last_sequence` bigint(20) NOT NULL,
  `resume_token` varchar(1024) NOT NULL,
  `updated` datetime(6) NOT NULL,
  PRIMARY KEY (`source`)
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

CREATE TABLE `member_check` (
  `member_id` bigint(20) NOT NULL,
  `changed_at` datetime(6) NOT NULL COMMENT 'when the latest event of the member arrived here',
  PRIMARY KEY (`member_id`),
  KEY `member_check_changed` (`changed_at`,`member_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `oidc_identity` (
  `id` bigint(20) NOT NULL,
  `account_id` bigint(20) NOT NULL,
  `issuer` varchar(255) NOT NULL,
  `subject` varchar(255) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `creator` varchar(64) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `oidc_identity_person` (`issuer`,`subject`),
  KEY `oidc_identity_account` (`account_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `oidc_logout` (
  `token_hash` binary(32) NOT NULL COMMENT 'of issuer and jti: a logout token works once',
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`token_hash`),
  KEY `oidc_logout_expires` (`expires_at`,`token_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `oidc_session` (
  `session_id` bigint(20) NOT NULL COMMENT 'auth_session.id',
  `identity_id` bigint(20) NOT NULL,
  `provider_session` varchar(255) NOT NULL COMMENT 'sid; may be empty',
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`session_id`),
  KEY `oidc_session_identity` (`identity_id`,`session_id`),
  KEY `oidc_session_created` (`created_at`,`session_id`)
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

CREATE TABLE `password_history` (
  `id` bigint(20) NOT NULL,
  `account_id` bigint(20) NOT NULL,
  `password_hash` varchar(255) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `password_history_account` (`account_id`,`id`)
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

CREATE TABLE `recovery_code` (
  `id` bigint(20) NOT NULL,
  `account_id` bigint(20) NOT NULL,
  `code_hash` binary(32) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `used_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `recovery_code_hash` (`account_id`,`code_hash`)
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

CREATE TABLE `role_grant` (
  `id` bigint(20) NOT NULL,
  `holder_kind` smallint(6) NOT NULL COMMENT '1 account, 2 client',
  `holder_id` bigint(20) NOT NULL,
  `role` varchar(64) NOT NULL,
  `organization_id` bigint(20) NOT NULL COMMENT '0: all organizations',
  `starts_at` datetime(6) NOT NULL,
  `ends_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `creator` varchar(64) NOT NULL,
  `basis` varchar(500) NOT NULL DEFAULT '',
  `source_id` bigint(20) NOT NULL DEFAULT 0 COMMENT 'the grant that it was delegated from; 0: none',
  `delegator_id` bigint(20) NOT NULL DEFAULT 0 COMMENT 'the account that delegated it; 0: none',
  `end_reason` smallint(6) NOT NULL DEFAULT 0 COMMENT '0 none, 1 revoked, 2 source ended, 3 member moved, 4 member left',
  `member_inside` tinyint(1) NOT NULL DEFAULT 0 COMMENT '1: the member of the account has been inside the subtree',
  PRIMARY KEY (`id`),
  KEY `role_grant_holder` (`holder_kind`,`holder_id`,`id`),
  KEY `role_grant_organization` (`organization_id`,`id`),
  KEY `role_grant_source` (`source_id`,`id`),
  KEY `role_grant_delegator` (`delegator_id`,`id`)
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

CREATE TABLE `second_factor` (
  `account_id` bigint(20) NOT NULL,
  `secret` varbinary(255) NOT NULL COMMENT 'sealed; empty: none confirmed',
  `pending` varbinary(255) NOT NULL COMMENT 'sealed, enrolled and not yet confirmed; empty: none',
  `last_step` bigint(20) NOT NULL COMMENT 'of the last code accepted: no code up to it counts again',
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`account_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `sign_in_guard` (
  `id` bigint(20) NOT NULL,
  `login_hash` binary(32) NOT NULL COMMENT 'of the name as typed, whether or not an account has it',
  `failures` bigint(20) NOT NULL,
  `locked_until` datetime(6) DEFAULT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `sign_in_guard_login` (`login_hash`),
  KEY `sign_in_guard_updated` (`updated_at`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
