# Secrets: whoever needs one reads it, and nobody else.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-kemenkum"
  alert_emails = ["jaga@example.go.id"]
  archive      = "tests/archive.txt"
}

run "x_alone" {
  variables {
    platforms = ["x"]
  }
  assert {
    condition     = toset([for variable in google_cloudfunctions2_function.functions["collect"].service_config[0].secret_environment_variables : variable.key]) == toset(["KIPRAH_X_BEARER_TOKEN"])
    error_message = "Collect gets X's token, and not the token key, which may have no version."
  }
  assert {
    condition     = toset(keys(google_secret_manager_secret_iam_member.readers)) == toset(["collect/KIPRAH_X_BEARER_TOKEN", "satker/KIPRAH_X_BEARER_TOKEN"])
    error_message = "Two bindings: X's token, and who looks up accounts."
  }
}

run "notices_are_sent_by_collect_and_score" {
  variables {
    notify = true
  }
  assert {
    condition     = toset(keys(google_secret_manager_secret_iam_member.readers)) == toset(["collect/KIPRAH_NOTIFY", "score/KIPRAH_NOTIFY"])
    error_message = "Collect and score read what units are told by, and nobody else does."
  }
}

run "tiktok_brings_connect" {
  variables {
    platforms       = ["tiktok", "instagram"]
    secret_versions = { KIPRAH_TOKEN_KEY = "3" }
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["connect"].service_config[0].ingress_settings == "ALLOW_ALL" && google_cloud_run_v2_service_iam_member.public["connect"].member == "allUsers"
    error_message = "Connect is open to browsers."
  }
  assert {
    condition     = toset(keys(google_cloud_run_v2_service_iam_member.public)) == toset(["connect"])
    error_message = "And nothing else is."
  }
  assert {
    condition = toset(keys(google_secret_manager_secret_iam_member.readers)) == toset([
      "collect/KIPRAH_TOKEN_KEY", "collect/KIPRAH_TIKTOK_CLIENT_KEY", "collect/KIPRAH_TIKTOK_CLIENT_SECRET",
      "collect/KIPRAH_INSTAGRAM_TOKEN", "collect/KIPRAH_INSTAGRAM_USER_ID",
      "satker/KIPRAH_TOKEN_KEY", "satker/KIPRAH_TIKTOK_CLIENT_KEY", "satker/KIPRAH_TIKTOK_CLIENT_SECRET",
      "satker/KIPRAH_INSTAGRAM_TOKEN", "satker/KIPRAH_INSTAGRAM_USER_ID",
      "connect/KIPRAH_TOKEN_KEY", "connect/KIPRAH_TIKTOK_CLIENT_KEY", "connect/KIPRAH_TIKTOK_CLIENT_SECRET",
    ])
    error_message = "Collect and the check of units read the named platforms' secrets, connect the TikTok app's and the token key, score and publish none."
  }
  assert {
    condition = { for variable in google_cloudfunctions2_function.functions["connect"].service_config[0].secret_environment_variables : variable.key => variable.version } == {
      KIPRAH_TOKEN_KEY            = "3"
      KIPRAH_TIKTOK_CLIENT_KEY    = "latest"
      KIPRAH_TIKTOK_CLIENT_SECRET = "latest"
    }
    error_message = "A pinned version is mounted, the latest elsewhere."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["connect"].service_config[0].environment_variables["KIPRAH_CONNECT_URL"] == output.connect_url
    error_message = "Connect is told its own address."
  }
  assert {
    condition     = output.connect_callback == "https://kiprah-connect-123456789012.asia-southeast2.run.app/callback"
    error_message = "The redirect URI to register is told."
  }
}
