# What there is now, and what to do next.

output "site_url" {
  description = "Where readers find the site."
  value       = var.domain == "" ? "https://storage.googleapis.com/${google_storage_bucket.site.name}/index.html" : local.site_url
}

output "dns_records" {
  description = "The records that the domain's zone needs."
  value = [
    for version, address in google_compute_global_address.site :
    "${var.domain}. 300 IN ${version == "IPV4" ? "A" : "AAAA"} ${address.address}"
  ]
}

output "connect_url" {
  description = "Where units give their consent; null without TikTok."
  value       = contains(var.platforms, "tiktok") ? local.addresses.connect : null
}

output "connect_callback" {
  description = "The redirect URI to register with the TikTok app; null without TikTok."
  value       = contains(var.platforms, "tiktok") ? "${local.addresses.connect}/callback" : null
}

output "project" {
  description = "The project."
  value       = var.project
}

output "source_bucket" {
  description = "Where every archive lies that was ever deployed."
  value       = google_storage_bucket.source.name
}

output "archive_object" {
  description = "The archive that is deployed."
  value       = local.archive_object
}

output "private_bucket" {
  description = "Where exports of the database go."
  value       = google_storage_bucket.private.name
}

output "alarms_bucket" {
  description = "Where staff find alarms as files; null where none are kept."
  value       = one(google_storage_bucket.alarms[*].name)
}

output "secrets" {
  description = "The name of each secret setting's place in Secret Manager."
  value       = { for name, secret in google_secret_manager_secret.secrets : name => secret.secret_id }
}

output "environment" {
  description = "The .env of whoever runs the command line against this installation. It holds no secret."
  value = join("\n", [
    for name, value in merge(
      var.settings,
      local.common_settings,
      local.function_settings.publish,
      {
        KIPRAH_SCHEDULE    = "scheduler://${var.project}/${var.region}/${var.name_prefix}"
        KIPRAH_CONNECT_URL = contains(var.platforms, "tiktok") ? local.addresses.connect : ""
      },
    ) : "${name}='${value}'" if value != ""
  ])
}

output "next_steps" {
  description = "What is left to do."
  value = join("\n", concat(
    [
      "Everything runs. See the jobs: https://console.cloud.google.com/cloudscheduler?project=${var.project}",
      "Write the command line's settings: terraform -chdir=infra/terraform output -raw environment > .env",
      "Import the registry: kiprah registry import satker.csv",
    ],
    length(var.platforms) > 0 ? [] : [
      "Give a platform's secrets (make secret NAME=KIPRAH_X_BEARER_TOKEN), name it in platforms, and deploy again.",
    ],
    contains(var.platforms, "tiktok") ? [
      "Register with the TikTok app: ${local.addresses.connect}/callback",
    ] : [],
    var.domain == "" ? [] : concat(
      ["Set in the domain's zone, then wait for the certificate (up to an hour):"],
      [for version, address in google_compute_global_address.site : "  ${var.domain}. ${version == "IPV4" ? "A" : "AAAA"} ${address.address}"],
    ),
  ))
}
