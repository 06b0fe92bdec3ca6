{{ score_respondents('per') }}
