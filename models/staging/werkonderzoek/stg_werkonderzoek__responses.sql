{{ stage_responses('werkonderzoek') }}
