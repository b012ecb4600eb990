# A task that runs once for each apply, after the services, and may run again at any time: it makes n8n's owner and
# ToolJet's administrator, and brings in workflows, credentials, plugins and dashboards. What was edited there stays.
locals {
  installs        = var.images.install != ""
  install_command = local.installs ? "${local.run_task} ${aws_ecs_task_definition.install[0].arn}" : ""
}

resource "aws_cloudwatch_log_group" "install" {
  name              = "/ecs/${local.prefix}-install"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "install_execution" {
  name_prefix = "${local.prefix}-inst-start-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "install_execution" {
  role       = aws_iam_role.install_execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "install_execution" {
  name = "secrets"
  role = aws_iam_role.install_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [for name in ["api", "langfuse", "mail", "n8n", "operator"] : aws_secretsmanager_secret.this[name].arn]
      },
      { Effect = "Allow", Action = ["kms:Decrypt"], Resource = [aws_kms_key.data.arn] },
    ]
  })
}

resource "aws_ecs_task_definition" "install" {
  count = local.installs ? 1 : 0

  family                   = "${local.prefix}-install"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.install_execution.arn

  container_definitions = jsonencode([{
    name      = "install"
    image     = var.images.install
    essential = true
    user      = "1000"
    command   = ["node", "infra/src/install/main.ts"]
    environment = [for name, value in {
      AI_MANAGER_URL      = "https://${local.hosts.api}"
      DASHBOARDS_URL      = "https://${local.hosts.app}"
      LANGFUSE_URL        = local.internal.langfuse
      LANGFUSE_PUBLIC_URL = "https://${local.hosts.langfuse}"
      LANGFUSE_PROJECT_ID = "ai-manager"
      MAIL_FROM           = "AI Manager <${local.mail_from}>"
      N8N_URL             = local.internal.n8n
      N8N_EMAIL           = local.operator_email
      SMTP_HOST           = "email-smtp.${var.region}.amazonaws.com"
      SMTP_PORT           = "465"
      TOOLJET_URL         = local.internal.tooljet
      TOOLJET_EMAIL       = local.operator_email
      # ToolJet migrates its databases before it answers.
      WAIT_SECONDS = "900"
    } : { name = name, value = value }]
    secrets = [for name, reference in {
      AI_MANAGER_API_KEY  = local.secret["api.bootstrap_api_key"]
      LANGFUSE_PUBLIC_KEY = local.secret["langfuse.public_key"]
      LANGFUSE_SECRET_KEY = local.secret["langfuse.secret_key"]
      N8N_PASSWORD        = local.secret["operator.password"]
      SMTP_PASSWORD       = local.secret["mail.password"]
      SMTP_USER           = local.secret["mail.user"]
      TOOLJET_PASSWORD    = local.secret["operator.password"]
      WORKFLOW_START_KEY  = local.secret["n8n.start_key"]
    } : { name = name, valueFrom = reference }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.install.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "install"
      }
    }
  }])

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
}

resource "terraform_data" "install" {
  count = local.installs ? 1 : 0

  triggers_replace = [var.run_bootstrap, aws_ecs_task_definition.install[0].arn]

  provisioner "local-exec" {
    command = !var.run_bootstrap ? "echo 'Run the command in the output install_command.'" : <<-EOT
      set -eu
      task=$(${local.install_command})
      # The AWS CLI waits ten minutes at most.
      wait() { aws ecs wait tasks-stopped --region ${var.region} --cluster ${aws_ecs_cluster.this.name} --tasks "$task"; }
      wait || wait || wait
      code=$(aws ecs describe-tasks --region ${var.region} --cluster ${aws_ecs_cluster.this.name} --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
      test "$code" = 0 || { echo "The task install ended with $code: see the log group ${aws_cloudwatch_log_group.install.name}." >&2; exit 1; }
    EOT
  }

  depends_on = [
    module.api,
    module.n8n,
    module.tooljet,
    module.langfuse_web,
    aws_iam_role_policy.install_execution,
    aws_iam_role_policy_attachment.install_execution,
    aws_vpc_security_group_egress_rule.bootstrap,
    aws_vpc_security_group_ingress_rule.n8n,
    aws_vpc_security_group_ingress_rule.tooljet,
  ]
}
