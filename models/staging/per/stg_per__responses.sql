{{ stage_responses('per') }}
