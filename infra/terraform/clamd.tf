module "clamd" {
  source = "./modules/service"
  count  = var.virus_scanner ? 1 : 0

  name               = "clamd"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.clamd.cpu
  memory             = var.sizes.clamd.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days

  containers = [{
    name  = "clamd"
    image = var.images.clamd
    ports = [3310]
    # Without AlertExceedsMax, clamd reports what is beyond its limits as clean. /init takes a command for one that runs
    # in the place of clamd, so that clamd has to be asked for.
    command = ["sh", "-c", join("; ", [
      "grep -q '^AlertExceedsMax' /etc/clamav/clamd.conf || echo 'AlertExceedsMax yes' >> /etc/clamav/clamd.conf",
      "CLAMAV_NO_CLAMD=false exec /init",
    ])]
    # It loads its signatures for some minutes before it answers.
    health       = "clamdcheck.sh"
    start_period = 300
  }]

  discovery_namespace_id = aws_service_discovery_private_dns_namespace.this.id
  discovery_name         = "clamd"
}

resource "aws_vpc_security_group_ingress_rule" "clamd" {
  for_each = var.virus_scanner ? merge(
    { for colour, service in module.api : "api-${colour}" => service.security_group_id },
    { worker = module.worker.security_group_id },
  ) : {}

  security_group_id            = module.clamd[0].security_group_id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 3310
  to_port                      = 3310
  referenced_security_group_id = each.value
}
