{{ stage_responses('fevs') }}
