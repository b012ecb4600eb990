data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  prefix  = "${var.name}-${var.environment}"
  account = data.aws_caller_identity.current.account_id

  hosts = {
    api      = "api.${var.domain}"
    app      = "app.${var.domain}"
    n8n      = "n8n.${var.domain}"
    langfuse = "langfuse.${var.domain}"
  }

  mail_from = var.mail_from != "" ? var.mail_from : "no-reply@${var.domain}"

  cluster = { arn = aws_ecs_cluster.this.arn, name = aws_ecs_cluster.this.name }
  network = {
    vpc_id           = aws_vpc.this.id
    subnet_ids       = var.egress == "public" ? aws_subnet.public[*].id : aws_subnet.private[*].id
    assign_public_ip = var.egress == "public"
  }

  # What every service is given.
  shared_kms = [aws_kms_key.data.arn]
}
