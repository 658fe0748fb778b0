"""Runs as jobs of Kubernetes."""

from dagster_k8s import K8sRunLauncher

from cin_pipeline.orchestration.launchers.liveness import HeartbeatsDecide


class KubernetesLauncher(HeartbeatsDecide, K8sRunLauncher):
    """Each run is a job."""
