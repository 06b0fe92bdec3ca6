{{ score_respondents('fevs') }}
