locals {
  managed_rules = {
    AWSManagedRulesAmazonIpReputationList = []
    # Uploads and JSON bodies are larger than the 8 KB that this rule allows; the API limits them itself.
    AWSManagedRulesCommonRuleSet         = ["SizeRestrictions_BODY"]
    AWSManagedRulesKnownBadInputsRuleSet = []
    AWSManagedRulesSQLiRuleSet           = []
  }

  # ToolJet, n8n and the API call each other's public names from these. With egress = public every task has an address
  # of its own.
  own_addresses = [for address in concat(aws_eip.nat[*].public_ip, aws_eip.fck_nat[*].public_ip) : "${address}/32"]

  # How many connections of one edge of CloudFront may carry, for each person that is allowed.
  people_behind_an_edge = 50

  # Behind CloudFront the connection's address is an edge's: people are counted by the address that it reports, and
  # edges, or callers who invent that header, by a wide limit of their own.
  rate_rules = concat(
    var.cdn.enabled ? [{
      name      = "requests-of-one-viewer"
      limit     = var.waf.requests_in_five_minutes
      aggregate = { AggregateKeyType = "FORWARDED_IP", ForwardedIPConfig = { HeaderName = "X-Forwarded-For", FallbackBehavior = "NO_MATCH" } }
      # CloudFront adds the viewer at the end.
      own = { IPSetForwardedIPConfig = { HeaderName = "X-Forwarded-For", FallbackBehavior = "NO_MATCH", Position = "LAST" } }
    }] : [],
    [{
      name      = "requests-of-one-address"
      limit     = min(var.waf.requests_in_five_minutes * (var.cdn.enabled ? local.people_behind_an_edge : 1), 2000000000)
      aggregate = { AggregateKeyType = "IP" }
      own       = {}
    }],
  )

  # As JSON: WAF's statements hold statements, which a schema of blocks cannot say.
  waf_rules = concat(
    [for index, rule in local.rate_rules : {
      Name     = rule.name
      Priority = index
      Action   = var.waf.count_only ? { Count = {} } : { Block = {} }
      Statement = {
        RateBasedStatement = merge(rule.aggregate, {
          Limit               = rule.limit
          EvaluationWindowSec = 300
          ScopeDownStatement  = { NotStatement = { Statement = { IPSetReferenceStatement = merge(rule.own, { ARN = aws_wafv2_ip_set.own.arn }) } } }
        })
      }
      VisibilityConfig = {
        SampledRequestsEnabled   = true
        CloudWatchMetricsEnabled = true
        MetricName               = rule.name
      }
    }],
    [for index, name in keys(local.managed_rules) : {
      Name           = name
      Priority       = index + length(local.rate_rules)
      OverrideAction = var.waf.count_only ? { Count = {} } : { None = {} }
      Statement = {
        ManagedRuleGroupStatement = {
          VendorName          = "AWS"
          Name                = name
          RuleActionOverrides = [for rule in local.managed_rules[name] : { Name = rule, ActionToUse = { Count = {} } }]
        }
      }
      VisibilityConfig = {
        SampledRequestsEnabled   = true
        CloudWatchMetricsEnabled = true
        MetricName               = name
      }
    }],
  )
}

resource "aws_wafv2_ip_set" "own" {
  name               = "${local.prefix}-own"
  description        = "Addresses that the installation itself calls from"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = local.own_addresses
}

resource "aws_wafv2_web_acl" "this" {
  name        = local.prefix
  description = "Before the load balancer"
  scope       = "REGIONAL"
  rule_json   = jsonencode(local.waf_rules)

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local.prefix
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

resource "aws_cloudwatch_log_group" "waf" {
  name              = "aws-waf-logs-${local.prefix}"
  retention_in_days = var.log_retention_days
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  redacted_fields {
    single_header {
      name = "cookie"
    }
  }
}
