# One page to look at: do the jobs run, what do they cost, what is wrong.

locals {
  ours_in_run = "resource.type=\"cloud_run_revision\" resource.label.service_name=starts_with(\"${var.name_prefix}-\")"

  # A line for each value of a label, summed over whatever else there is.
  charts = [
    {
      title  = "Good runs an hour, by job"
      filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.good_runs.name}\" resource.type=\"cloud_run_revision\""
      align  = "ALIGN_SUM", period = "3600s", group = "metric.label.job"
    },
    {
      title  = "Failures an hour, by function"
      filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.failures.name}\" resource.type=\"cloud_run_revision\""
      align  = "ALIGN_SUM", period = "3600s", group = "metric.label.function"
    },
    {
      title  = "Slowest calls (95 of 100 are faster), by function"
      filter = "metric.type=\"run.googleapis.com/request_latencies\" ${local.ours_in_run}"
      align  = "ALIGN_PERCENTILE_95", period = "3600s", group = "resource.label.service_name"
    },
    {
      title  = "Calls an hour, by answer"
      filter = "metric.type=\"run.googleapis.com/request_count\" ${local.ours_in_run}"
      align  = "ALIGN_SUM", period = "3600s", group = "metric.label.response_code_class"
    },
    {
      title  = "Instances, by function"
      filter = "metric.type=\"run.googleapis.com/container/instance_count\" ${local.ours_in_run}"
      align  = "ALIGN_MAX", period = "300s", group = "resource.label.service_name"
    },
    {
      title  = "Seconds billed an hour, by function"
      filter = "metric.type=\"run.googleapis.com/container/billable_instance_time\" ${local.ours_in_run}"
      align  = "ALIGN_SUM", period = "3600s", group = "resource.label.service_name"
    },
    {
      title  = "Tasks waiting, by queue"
      filter = "metric.type=\"cloudtasks.googleapis.com/queue/depth\" resource.type=\"cloud_tasks_queue\""
      align  = "ALIGN_MAX", period = "300s", group = "resource.label.queue_id"
    },
    {
      title  = "Documents read an hour"
      filter = "metric.type=\"firestore.googleapis.com/document/read_ops_count\" resource.type=\"firestore.googleapis.com/Database\""
      align  = "ALIGN_SUM", period = "3600s", group = "resource.label.database_id"
    },
    {
      title  = "Documents written an hour"
      filter = "metric.type=\"firestore.googleapis.com/document/write_ops_count\" resource.type=\"firestore.googleapis.com/Database\""
      align  = "ALIGN_SUM", period = "3600s", group = "resource.label.database_id"
    },
    {
      title  = "The site, as seen from outside"
      filter = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" resource.type=\"uptime_url\""
      align  = "ALIGN_FRACTION_TRUE", period = "600s", group = "resource.label.host"
    },
  ]

  chart_tiles = [
    for number, chart in local.charts : {
      xPos = number % 2 * 24, yPos = floor(number / 2) * 16, width = 24, height = 16
      widget = {
        title = chart.title
        xyChart = {
          dataSets = [{
            plotType   = "LINE"
            targetAxis = "Y1"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = chart.filter
                aggregation = {
                  alignmentPeriod    = chart.period
                  perSeriesAligner   = chart.align
                  crossSeriesReducer = chart.align == "ALIGN_SUM" ? "REDUCE_SUM" : "REDUCE_MAX"
                  groupByFields      = [chart.group]
                }
              }
            }
          }]
        }
      }
    }
  ]

  # Below the charts, over the whole width.
  log_tile = {
    xPos = 0, yPos = ceil(length(local.charts) / 2) * 16, width = 48, height = 20
    widget = {
      title = "Warnings and errors"
      logsPanel = {
        filter        = "${local.our_logs} AND severity>=WARNING"
        resourceNames = ["projects/${var.project}"]
      }
    }
  }
}

resource "google_monitoring_dashboard" "kiprah" {
  dashboard_json = jsonencode({
    displayName  = "Kiprah"
    mosaicLayout = { columns = 48, tiles = concat(local.chart_tiles, [local.log_tile]) }
  })
}
