"""The CDK app; infra.topology describes it as data and needs no Node."""
