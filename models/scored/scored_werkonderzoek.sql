{{ score_respondents('werkonderzoek') }}
