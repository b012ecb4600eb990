locals {
  managed_rules = {
    AWSManagedRulesAmazonIpReputationList = []
    # Uploads and JSON bodies are larger than the 8 KB that this rule allows; the API limits them itself.
    AWSManagedRulesCommonRuleSet         = ["SizeRestrictions_BODY"]
    AWSManagedRulesKnownBadInputsRuleSet = []
    AWSManagedRulesSQLiRuleSet           = []
  }

  # As JSON: WAF's statements hold statements, which a schema of blocks cannot say.
  waf_rules = concat(
    [{
      Name      = "requests-of-one-address"
      Priority  = 0
      Action    = var.waf.count_only ? { Count = {} } : { Block = {} }
      Statement = { RateBasedStatement = { Limit = var.waf.requests_in_five_minutes, EvaluationWindowSec = 300, AggregateKeyType = "IP" } }
      VisibilityConfig = {
        SampledRequestsEnabled   = true
        CloudWatchMetricsEnabled = true
        MetricName               = "requests-of-one-address"
      }
    }],
    [for index, name in keys(local.managed_rules) : {
      Name           = name
      Priority       = index + 1
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
