namespace Ait.Miner.Configuring;

/// <summary>What the process was asked to do.</summary>
internal enum MinerCommand
{
    /// <summary>Register the device and mine until told to stop.</summary>
    Mine,

    /// <summary>Prove each prerequisite and say what is missing.</summary>
    Doctor,

    /// <summary>Preflight, then mine with a live view.</summary>
    Up,

    /// <summary>Make the miner a service of this machine.</summary>
    ServiceInstall,

    /// <summary>Take the service away.</summary>
    ServiceUninstall,

    /// <summary>Say whether the service is there and runs.</summary>
    ServiceStatus,

    /// <summary>Print the usage.</summary>
    Help,

    /// <summary>Print the version.</summary>
    Version,
}
