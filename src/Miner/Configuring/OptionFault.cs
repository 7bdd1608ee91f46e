namespace Ait.Miner.Configuring;

/// <summary>One thing wrong with the settings: where it was said, what is wrong, and what to do.</summary>
internal sealed record OptionFault(string Source, string Problem, string Remedy)
{
    public override string ToString() => $"{Source}: {Problem} {Remedy}";
}
