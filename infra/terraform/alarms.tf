resource "aws_sns_topic" "alarms" {
  name              = "${local.prefix}-alarms"
  kms_master_key_id = aws_kms_key.data.id
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarms.emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  alarm_actions = [aws_sns_topic.alarms.arn]

  # Services that the load balancer watches. A colour without traffic may have no task.
  watched = merge(
    { for name in ["n8n", "tooljet", "langfuse"] : name => name },
    { for colour in ["blue", "green"] : "api-${colour}" => "api-${colour}" if var.api_release[colour].weight > 0 },
  )

  # Services that have just so many tasks and no load balancer.
  tasks_watched = merge(
    { worker = module.worker.name, langfuse-worker = module.langfuse_worker.name },
    { for service in module.clickhouse : "clickhouse" => service.name },
    { for service in module.clamd : "clamd" => service.name },
    { for service in module.n8n_worker : "n8n-worker" => service.name },
  )
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each = local.watched

  alarm_name          = "${local.prefix}-${each.key}-unhealthy"
  alarm_description   = "${each.key} has no healthy task. See docs/operations.md, incidents."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  dimensions = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.this[each.value].arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "no_task" {
  for_each = local.tasks_watched

  alarm_name          = "${local.prefix}-${each.key}-no-task"
  alarm_description   = "${each.key} has no running task. See docs/operations.md, incidents."
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = each.value
  }
}

# Both colours together: what people see.
resource "aws_cloudwatch_metric_alarm" "error_rate" {
  alarm_name          = "${local.prefix}-api-errors"
  alarm_description   = "More than ${var.alarms.error_rate_percent} % of the API's answers are 5xx. It also stops a release."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.error_rate_percent
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "rate"
    label       = "5xx in percent"
    return_data = true
    # Below 20 requests a minute one failure would be an alarm.
    expression = "IF(FILL(blue, 0) + FILL(green, 0) > 20, 100 * (FILL(blue5xx, 0) + FILL(green5xx, 0)) / (FILL(blue, 0) + FILL(green, 0)), 0)"
  }

  dynamic "metric_query" {
    for_each = {
      blue     = { metric = "RequestCount", target = "api-blue" }
      green    = { metric = "RequestCount", target = "api-green" }
      blue5xx  = { metric = "HTTPCode_Target_5XX_Count", target = "api-blue" }
      green5xx = { metric = "HTTPCode_Target_5XX_Count", target = "api-green" }
    }
    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value.metric
        stat        = "Sum"
        period      = 60

        dimensions = {
          LoadBalancer = aws_lb.this.arn_suffix
          TargetGroup  = aws_lb_target_group.this[metric_query.value.target].arn_suffix
        }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "queue_depth" {
  alarm_name          = "${local.prefix}-queue-depth"
  alarm_description   = "More than ${var.alarms.queue_depth} jobs of one queue have waited for ten minutes: look at GET /jobs/queues."
  namespace           = local.metrics_namespace
  metric_name         = "job_queue_depth"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.queue_depth
  period              = 60
  evaluation_periods  = 10
  # No word from the workers is a fault too.
  treat_missing_data = "breaching"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.prefix}-dead-letters"
  alarm_description   = "Jobs used up their attempts: look at GET /jobs?state=dead."
  namespace           = local.metrics_namespace
  metric_name         = "job_dead_letters"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  count = local.uses_rds ? 1 : 0

  alarm_name          = "${local.prefix}-database-storage"
  alarm_description   = "Less than 5 GB are free in the database."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 5 * 1024 * 1024 * 1024
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this[0].identifier }
}

resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  count = local.uses_rds ? 1 : 0

  alarm_name          = "${local.prefix}-database-cpu"
  alarm_description   = "The database has been above 85 % CPU for 15 minutes."
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this[0].identifier }
}

# noeviction: at the end of its memory Redis refuses jobs.
resource "aws_cloudwatch_metric_alarm" "redis_memory" {
  count = local.uses_elasticache ? 1 : 0

  alarm_name          = "${local.prefix}-redis-memory"
  alarm_description   = "Redis has used more than 80 % of its memory, and refuses jobs when it is full."
  namespace           = "AWS/ElastiCache"
  metric_name         = "DatabaseMemoryUsagePercentage"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  dimensions          = { CacheClusterId = "${local.prefix}-001" }
}
