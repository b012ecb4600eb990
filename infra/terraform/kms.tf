# Seals buckets, secrets, databases, queues and logs.
resource "aws_kms_key" "data" {
  description             = "${local.prefix}: data at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Services"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "delivery.logs.amazonaws.com", "sns.amazonaws.com", "ses.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_kms_alias" "data" {
  name          = "alias/${local.prefix}-data"
  target_key_id = aws_kms_key.data.key_id
}

# Signs licences. An asymmetric key is not rotated: a new one is made beside it and the old public key stays published.
resource "aws_kms_key" "licences" {
  description              = "${local.prefix}: signs licences"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "RSA_4096"
  deletion_window_in_days  = 30
}

resource "aws_kms_alias" "licences" {
  name          = "alias/${local.prefix}-licences"
  target_key_id = aws_kms_key.licences.key_id
}
