namespace Ait.Miner.Configuring;

/// <summary>What the process was asked to do.</summary>
internal enum MinerCommand
{
    /// <summary>Register the device and mine until told to stop.</summary>
    Mine,

    /// <summary>Prove each prerequisite and say what is missing.</summary>
    Doctor,

    /// <summary>Print the usage.</summary>
    Help,

    /// <summary>Print the version.</summary>
    Version,
}
