namespace Ait.Coordinator.Fetching;

/// <summary>What asking a vendor's service came to, after every attempt.</summary>
internal abstract record VendorReply
{
    private VendorReply()
    {
    }

    /// <summary>An answer of 200; headers by name, as they came.</summary>
    internal sealed record Answered(byte[] Body, IReadOnlyDictionary<string, string> Headers) : VendorReply;

    /// <summary>It does not have it: 404 or 410.</summary>
    internal sealed record Absent(string Address) : VendorReply;

    /// <summary>It was not asked: too many wait for it.</summary>
    internal sealed record Busy : VendorReply;

    /// <summary>It does not answer, or not usefully; a later try may help.</summary>
    internal sealed record Failed(string Problem) : VendorReply;
}
