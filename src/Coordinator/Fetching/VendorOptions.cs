namespace Ait.Coordinator.Fetching;

/// <summary>Where the vendors' services are, and how they are reached.</summary>
internal sealed record VendorOptions
{
    /// <summary>AMD's key distribution service.</summary>
    internal required Uri Kds { get; init; }

    /// <summary>Intel's provisioning certification service, or a PCCS that answers as it does.</summary>
    internal required Uri Pcs { get; init; }

    /// <summary>Intel's root revocation list.</summary>
    internal required Uri IntelRootList { get; init; }

    /// <summary>NVIDIA's reference manifests.</summary>
    internal required Uri Rim { get; init; }

    /// <summary>NVIDIA's OCSP responder.</summary>
    internal required Uri Ocsp { get; init; }

    /// <summary>Null takes HTTPS_PROXY, HTTP_PROXY and NO_PROXY from the environment.</summary>
    internal required Uri? Proxy { get; init; }

    /// <summary>Nothing is fetched; bundles are the only source.</summary>
    internal required bool Offline { get; init; }

    /// <summary>The least time between two requests to the KDS, which answers about one in ten seconds; 0 s to 10 min, default 10 s.</summary>
    internal required TimeSpan KdsInterval { get; init; }

    /// <summary>
    /// So many may wait for a VCEK. Reports that name chips cost a stranger nothing; past this, hosts that bring their certificate are
    /// served as ever and the others are turned away at once.
    /// </summary>
    internal int KdsQueue { get; init; } = 30;

    internal static VendorOptions Default { get; } = new()
    {
        Kds = new Uri("https://kdsintf.amd.com"),
        Pcs = new Uri("https://api.trustedservices.intel.com"),
        IntelRootList = new Uri("https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"),
        Rim = new Uri("https://rim.attestation.nvidia.com"),
        Ocsp = new Uri("https://ocsp.ndis.nvidia.com"),
        Proxy = null,
        Offline = false,
        KdsInterval = TimeSpan.FromSeconds(10),
    };
}
