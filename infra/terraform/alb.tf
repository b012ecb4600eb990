locals {
  # What each service answers while it is well, and how long it may be unwell at its start.
  targets = {
    api-blue  = { port = 8000, health = "/health", matcher = "200", drain = 30 }
    api-green = { port = 8000, health = "/health", matcher = "200", drain = 30 }
    n8n       = { port = 5678, health = "/healthz/readiness", matcher = "200", drain = 60 }
    tooljet   = { port = 3000, health = "/api/health", matcher = "200", drain = 30 }
    langfuse  = { port = 3000, health = "/api/public/health", matcher = "200", drain = 30 }
  }

  listener_certificate = var.certificate_arn != "" ? var.certificate_arn : aws_acm_certificate_validation.this[0].certificate_arn
}

resource "aws_security_group" "alb" {
  name_prefix = "${local.prefix}-alb-"
  description = "Load balancer: the world on 443, and on 80 to be sent there"
  vpc_id      = aws_vpc.this.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "alb" {
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.alb.id
  description       = "The world, ${each.key}"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "alb" {
  security_group_id = aws_security_group.alb.id
  description       = "Tasks"
  ip_protocol       = "tcp"
  from_port         = 1024
  to_port           = 65535
  cidr_ipv4         = var.vpc_cidr
}

resource "aws_lb" "this" {
  name                       = local.prefix
  load_balancer_type         = "application"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.alb.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = !var.disposable
  # Above the API's own limit of 60 s, and enough for streams between two signs of life.
  idle_timeout = 120

  access_logs {
    bucket  = aws_s3_bucket.access_logs.bucket
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_lb_target_group" "this" {
  for_each = local.targets

  name                 = "${local.prefix}-${each.key}"
  port                 = each.value.port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = aws_vpc.this.id
  deregistration_delay = each.value.drain

  health_check {
    path                = each.value.health
    matcher             = each.value.matcher
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  certificate_arn   = local.listener_certificate

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "There is nothing here."
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "api" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10

  condition {
    host_header {
      values = [local.hosts.api]
    }
  }

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this["api-blue"].arn
        weight = var.api_release.blue.weight
      }
      target_group {
        arn    = aws_lb_target_group.this["api-green"].arn
        weight = var.api_release.green.weight
      }
    }
  }
}

resource "aws_lb_listener_rule" "tooljet" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 20

  condition {
    host_header {
      values = [local.hosts.app]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["tooljet"].arn
  }
}

resource "aws_lb_listener_rule" "n8n_webhooks" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 30

  condition {
    host_header {
      values = [local.hosts.n8n]
    }
  }
  condition {
    path_pattern {
      values = ["/webhook/*", "/webhook-waiting/*", "/form/*", "/form-waiting/*"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["n8n"].arn
  }
}

resource "aws_lb_listener_rule" "n8n" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 31

  condition {
    host_header {
      values = [local.hosts.n8n]
    }
  }
  condition {
    source_ip {
      values = var.operator_cidrs
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["n8n"].arn
  }
}

resource "aws_lb_listener_rule" "langfuse" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 40

  condition {
    host_header {
      values = [local.hosts.langfuse]
    }
  }
  condition {
    source_ip {
      values = var.operator_cidrs
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["langfuse"].arn
  }
}
