namespace Ait.Buyer;

/// <summary>The weakest trust profile that a device may have and still get a content key, by the registry's numbers.</summary>
public enum LeastTrust : byte
{
    /// <summary>GPU and processor prove themselves together: what the GPU computes on is encrypted from its host too.</summary>
    AttestedGpu = 1,

    /// <summary>The processor measures the program; who owns the host can listen between it and the GPU.</summary>
    MeasuredHost = 2,

    /// <summary>An enclave holds the keys, and hands the prompt to a GPU outside it.</summary>
    SgxKeyedHost = 3,
}
