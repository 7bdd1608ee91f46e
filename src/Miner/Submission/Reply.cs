namespace Ait.Miner.Submission;

/// <summary>What a question to the coordinator came to.</summary>
internal abstract record Reply<T>
{
    private Reply()
    {
    }

    /// <summary>It answered in the agreed form.</summary>
    internal sealed record Answered(T Value) : Reply<T>;

    /// <summary>It said no.</summary>
    internal sealed record Refused(CoordinatorRefusal Refusal) : Reply<T>;

    /// <summary>It could not be reached, failed, or spoke nonsense; asking again may help.</summary>
    internal sealed record Unavailable(string Reason) : Reply<T>;
}
