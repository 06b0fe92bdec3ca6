{{ publish_groups('weighting_margins', cut='margin_id', group='answer_id') }}
