# What is counted in the logs: the events that the jobs emit (functions/jobs/trigger.py), one JSON line
# each. Counting costs nothing; it begins with the first line after this is applied.

resource "google_logging_metric" "good_runs" {
  name        = "${var.name_prefix}/good_runs"
  description = "Runs that ended well, by job"
  filter      = "${local.our_logs} AND jsonPayload.message=~\"^(collect|score|publish|documents|listen)\\.finished$\" AND NOT jsonPayload.failed=true"
  label_extractors = {
    job = "REGEXP_EXTRACT(jsonPayload.message, \"^([a-z]+)\\\\.\")"
  }
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key         = "job"
      value_type  = "STRING"
      description = "collect, score, publish, documents or listen"
    }
  }
  depends_on = [google_project_service.services]
}

resource "google_logging_metric" "failures" {
  name        = "${var.name_prefix}/failures"
  description = "Runs that failed and said so, by function"
  filter = join(" AND ", [
    local.our_logs,
    "(jsonPayload.message=(\"trigger.failed\" OR \"trigger.crashed\") OR (jsonPayload.message=~\"^(collect|score|publish|documents|listen)\\.finished$\" AND jsonPayload.failed=true))",
  ])
  label_extractors = {
    function = "EXTRACT(resource.labels.service_name)"
  }
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key         = "function"
      value_type  = "STRING"
      description = "The function's name"
    }
  }
  depends_on = [google_project_service.services]
}

resource "google_logging_metric" "missed_triggers" {
  name        = "${var.name_prefix}/missed_triggers"
  description = "Calls of Cloud Scheduler that were not answered with success, by job"
  filter      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=~\"^${var.name_prefix}-\" AND severity>=ERROR"
  label_extractors = {
    job = "EXTRACT(resource.labels.job_id)"
  }
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key         = "job"
      value_type  = "STRING"
      description = "The job's name"
    }
  }
  depends_on = [google_project_service.services]
}
