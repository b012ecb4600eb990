locals {
  # One name for each service, at the CDN where it is served by one.
  at_cdn  = { for name in keys(local.hosts) : name => var.cdn.enabled && contains(keys(local.cdn_hosts), name) }
  records = var.hosted_zone_id == "" ? {} : local.hosts
}

resource "aws_acm_certificate" "this" {
  count = var.certificate_arn == "" ? 1 : 0

  domain_name               = var.domain
  subject_alternative_names = ["*.${var.domain}"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.hosted_zone_id != ""
      error_message = "Give hosted_zone_id, or the certificate_arn of a certificate that you validated."
    }
  }
}

resource "aws_route53_record" "validation" {
  # The names are known before the certificate is made; its answers are not.
  for_each = var.certificate_arn == "" && var.hosted_zone_id != "" ? toset([var.domain]) : toset([])

  zone_id         = var.hosted_zone_id
  name            = one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records         = [one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_value if option.domain_name == each.key])]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = var.certificate_arn == "" ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_route53_record" "service" {
  for_each = local.records

  zone_id = var.hosted_zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = local.at_cdn[each.key] ? aws_cloudfront_distribution.this[0].domain_name : aws_lb.this.dns_name
    zone_id                = local.at_cdn[each.key] ? aws_cloudfront_distribution.this[0].hosted_zone_id : aws_lb.this.zone_id
    evaluate_target_health = !local.at_cdn[each.key]
  }
}
