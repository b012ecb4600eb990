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

  # CloudFront hides the caller's address, by which the editor of n8n and Langfuse let in operators only: those two are
  # reached at the load balancer.
  cdn_hosts = { for name, host in local.hosts : name => host if contains(["api", "app"], name) }

  # Where services reach each other inside the network, past the load balancer.
  internal = {
    langfuse = "http://langfuse.${aws_service_discovery_private_dns_namespace.this.name}:3000"
    n8n      = "http://n8n.${aws_service_discovery_private_dns_namespace.this.name}:5678"
    tooljet  = "http://tooljet.${aws_service_discovery_private_dns_namespace.this.name}:3000"
  }

  operator_email = var.operator_email != "" ? var.operator_email : local.mail_from

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
