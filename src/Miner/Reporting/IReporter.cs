namespace Ait.Miner.Reporting;

/// <summary>Where events go: sentences for people, or JSON lines for programs.</summary>
internal interface IReporter
{
    public void Report(MinerEvent happened);
}
