locals {
  mail_domain = split("@", local.mail_from)[1]
}

resource "aws_sesv2_configuration_set" "this" {
  configuration_set_name = local.prefix

  delivery_options {
    tls_policy = "REQUIRE"
  }
  reputation_options {
    reputation_metrics_enabled = true
  }
  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_email_identity" "this" {
  email_identity         = local.mail_domain
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name

  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

resource "aws_route53_record" "dkim" {
  count = var.hosted_zone_id == "" ? 0 : 3

  zone_id = var.hosted_zone_id
  name    = "${aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[count.index]}._domainkey.${local.mail_domain}"
  type    = "CNAME"
  ttl     = 3600
  records = ["${aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[count.index]}.dkim.amazonses.com"]
}

resource "aws_route53_record" "dmarc" {
  count = var.hosted_zone_id == "" ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = "_dmarc.${local.mail_domain}"
  type    = "TXT"
  ttl     = 3600
  records = ["v=DMARC1; p=quarantine"]
}

# SES takes SMTP only with the key of a user; the bootstrap task makes the key, which is in no state.
resource "aws_iam_user" "mail" {
  name          = "${local.prefix}-mail"
  force_destroy = true
}

resource "aws_iam_user_policy" "mail" {
  name = "send"
  user = aws_iam_user.mail.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["ses:SendRawEmail"]
      Resource  = [aws_sesv2_email_identity.this.arn, aws_sesv2_configuration_set.this.arn]
      Condition = { StringEquals = { "ses:FromAddress" = local.mail_from } }
    }]
  })
}

# What SES reports about mails reaches the API by a topic, whose messages the API verifies.
resource "aws_sns_topic" "mail" {
  name              = "${local.prefix}-mail"
  kms_master_key_id = aws_kms_key.data.id
  signature_version = 2
}

resource "aws_sns_topic_policy" "mail" {
  arn = aws_sns_topic.mail.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ses.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.mail.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn              = aws_sns_topic.mail.arn
  protocol               = "https"
  endpoint               = "https://${local.hosts.api}/callbacks/ses"
  endpoint_auto_confirms = true

  # The API confirms the subscription, so it has to run first.
  depends_on = [module.api]
}

resource "aws_sesv2_configuration_set_event_destination" "mail" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "api"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "DELIVERY", "REJECT", "RENDERING_FAILURE"]

    sns_destination {
      topic_arn = aws_sns_topic.mail.arn
    }
  }

  depends_on = [aws_sns_topic_policy.mail]
}
