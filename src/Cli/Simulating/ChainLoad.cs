namespace Ait.Cli.Simulating;

/// <summary>What a network asks of its chain, in gas, and how many GPUs the chain carries.</summary>
/// <param name="CapacityPerSecond">Gas that the chain executes in a second.</param>
/// <param name="GasPerTask">Commitment, seed, settlement and escalations, per task.</param>
/// <param name="SecondsPerTask">Device seconds of all seats of a task.</param>
/// <param name="RefreshGas">Gas of one GPU's daily refresh.</param>
internal sealed record ChainLoad(double CapacityPerSecond, double GasPerTask, double SecondsPerTask, double RefreshGas)
{
    private const double Day = 86400;

    /// <summary>Busy GPUs whose settlements fill the chain.</summary>
    internal double GpusBySettlement => CapacityPerSecond * SecondsPerTask / GasPerTask;

    /// <summary>GPUs whose refreshes fill the chain.</summary>
    internal double GpusByRefresh => CapacityPerSecond * Day / RefreshGas;

    /// <summary>Busy GPUs that fill the chain with both.</summary>
    internal double GpusByBoth => 1 / ((1 / GpusBySettlement) + (1 / GpusByRefresh));

    internal bool RefreshIsTheCeiling => GpusByRefresh < GpusBySettlement;

    /// <summary>Device seconds a seat from which on refresh is the ceiling.</summary>
    internal double BreakEvenSeconds(double secondsPerSeat) => secondsPerSeat * GpusByRefresh / GpusBySettlement;
}
