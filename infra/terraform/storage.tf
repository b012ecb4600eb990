# What people upload and keep: policies, procedures, rubrics, templates, files. Only pieces of uploads that were never
# finished expire, and versions that the API has deleted.
module "policies_bucket" {
  source = "./modules/bucket"

  name          = "${local.prefix}-policies-${local.account}"
  kms_key_arn   = aws_kms_key.data.arn
  cors_origins  = ["https://${local.hosts.app}", "https://${local.hosts.api}"]
  expire_days   = { "incoming/" = 7 }
  deleted_days  = 90
  force_destroy = var.disposable
}

# Access and network logs for 90 days, dumps for 30; exports and reports stay until the API
# deletes them.
module "audit_bucket" {
  source = "./modules/bucket"

  name          = "${local.prefix}-audit-${local.account}"
  kms_key_arn   = aws_kms_key.data.arn
  expire_days   = { "logs/" = 90, "backups/" = 30 }
  force_destroy = var.disposable
  writers       = { "logs/" = "delivery.logs.amazonaws.com" }
}

# Langfuse reads events once more for 30 days.
module "langfuse_events_bucket" {
  source = "./modules/bucket"

  name          = "${local.prefix}-lf-events-${local.account}"
  kms_key_arn   = aws_kms_key.data.arn
  versioned     = false
  expire_days   = { "events/" = 30, "exports/" = 30 }
  force_destroy = var.disposable
}

# Traces show these for ever: Langfuse must find what it once stored.
module "langfuse_media_bucket" {
  source = "./modules/bucket"

  name          = "${local.prefix}-lf-media-${local.account}"
  kms_key_arn   = aws_kms_key.data.arn
  versioned     = false
  cors_origins  = ["https://${local.hosts.langfuse}"]
  force_destroy = var.disposable
}

# The load balancer cannot write with a key of ours: its logs have a bucket of their own, sealed by S3.
resource "aws_s3_bucket" "access_logs" {
  bucket        = "${local.prefix}-access-${local.account}"
  force_destroy = var.disposable
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  bucket                  = aws_s3_bucket.access_logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 90
    }
  }
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "LoadBalancer"
        Effect    = "Allow"
        Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = ["${aws_s3_bucket.access_logs.arn}/AWSLogs/${local.account}/*"]
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.access_logs.arn, "${aws_s3_bucket.access_logs.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
