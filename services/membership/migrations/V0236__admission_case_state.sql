ALTER TABLE admission_case
  ADD INDEX admission_case_by_state (state, organization_id)
