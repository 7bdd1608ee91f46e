using Ait.Chain;

namespace Ait.Cli.Launching;

/// <summary>Where everything of one local network lies.</summary>
internal sealed class StateFolder
{
    internal StateFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    internal string Path { get; }

    internal string ChainState => In("chain.json");

    internal string Deployment => In("deployment.json");

    internal string GpuReferences => In("gpu-references.json");

    internal string DeploymentJournal => In("deployment.journal.json");

    internal string Exchange => In("dex.json");

    internal string Models => In("models.json");

    internal string Artifacts => In("models");

    internal string Ledger => In("coordinator.db");

    internal string Collateral => In("collateral");

    internal string CollateralBundle => In("collateral.bundle");

    internal string Hardware => In("hardware");

    internal string Network => In("network.json");

    internal string Programs => In("programs.json");

    internal string Key(string name) => In("keys", name + ".hex");

    internal string Log(string name) => In("logs", name + ".log");

    internal string Miner(string name) => In("miners", name);

    internal string Confidential(Hash256 workload) => In("confidential", workload + ".json");

    private string In(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);
}
