locals {
  zones = slice(data.aws_availability_zones.available.names, 0, var.availability_zones)
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = local.prefix }
}

# Nothing uses the default group: it lets nothing in or out.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = local.prefix }
}

resource "aws_subnet" "public" {
  count = var.availability_zones

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, count.index)
  availability_zone = local.zones[count.index]

  tags = { Name = "${local.prefix}-public-${count.index}" }
}

resource "aws_subnet" "private" {
  count = var.availability_zones

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, 4 + count.index)
  availability_zone = local.zones[count.index]

  tags = { Name = "${local.prefix}-private-${count.index}" }
}

# Databases: no way to or from the internet.
resource "aws_subnet" "data" {
  count = var.availability_zones

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, 8 + count.index)
  availability_zone = local.zones[count.index]

  tags = { Name = "${local.prefix}-data-${count.index}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.prefix}-public" }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  count = var.availability_zones

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  count = var.availability_zones

  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.prefix}-private-${count.index}" }
}

resource "aws_route_table_association" "private" {
  count = var.availability_zones

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

resource "aws_route_table" "data" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.prefix}-data" }
}

resource "aws_route_table_association" "data" {
  count = var.availability_zones

  subnet_id      = aws_subnet.data[count.index].id
  route_table_id = aws_route_table.data.id
}

# Egress: one gateway for each zone, or one small instance, or none.
resource "aws_eip" "nat" {
  count = var.egress == "nat_gateway" ? var.availability_zones : 0

  domain = "vpc"

  tags = { Name = "${local.prefix}-nat-${count.index}" }
}

resource "aws_nat_gateway" "this" {
  count = var.egress == "nat_gateway" ? var.availability_zones : 0

  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id

  tags = { Name = "${local.prefix}-${count.index}" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route" "nat_gateway" {
  count = var.egress == "nat_gateway" ? var.availability_zones : 0

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[count.index].id
}

resource "aws_security_group" "fck_nat" {
  count = var.egress == "fck_nat" ? 1 : 0

  name_prefix = "${local.prefix}-nat-"
  description = "NAT instance"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "fck_nat" {
  count = var.egress == "fck_nat" ? 1 : 0

  security_group_id = aws_security_group.fck_nat[0].id
  description       = "The network"
  ip_protocol       = "-1"
  cidr_ipv4         = var.vpc_cidr
}

resource "aws_vpc_security_group_egress_rule" "fck_nat" {
  count = var.egress == "fck_nat" ? 1 : 0

  security_group_id = aws_security_group.fck_nat[0].id
  description       = "Anywhere"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_network_interface" "fck_nat" {
  count = var.egress == "fck_nat" ? 1 : 0

  subnet_id         = aws_subnet.public[0].id
  security_groups   = [aws_security_group.fck_nat[0].id]
  source_dest_check = false
}

resource "aws_eip" "fck_nat" {
  count = var.egress == "fck_nat" ? 1 : 0

  domain            = "vpc"
  network_interface = aws_network_interface.fck_nat[0].id
}

resource "aws_instance" "fck_nat" {
  count = var.egress == "fck_nat" ? 1 : 0

  ami           = var.fck_nat_ami
  instance_type = "t4g.nano"

  primary_network_interface {
    network_interface_id = aws_network_interface.fck_nat[0].id
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  root_block_device {
    encrypted = true
  }

  tags = { Name = "${local.prefix}-nat" }

  lifecycle {
    precondition {
      condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.fck_nat_ami))
      error_message = "egress = fck_nat needs fck_nat_ami."
    }
  }
}

resource "aws_route" "fck_nat" {
  count = var.egress == "fck_nat" ? var.availability_zones : 0

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = aws_network_interface.fck_nat[0].id
}

# Images, objects and logs of this region without a NAT's price.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat([aws_route_table.public.id], aws_route_table.private[*].id)
}

# Who talked to whom, for 30 days.
resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "s3"
  log_destination          = "${module.audit_bucket.arn}/logs/network/"
  max_aggregation_interval = 60

  depends_on = [module.audit_bucket]
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = "${local.prefix}.internal"
  description = "Services that no load balancer shows"
  vpc         = aws_vpc.this.id
}
