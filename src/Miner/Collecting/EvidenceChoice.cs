namespace Ait.Miner.Collecting;

/// <summary>Where processor evidence comes from: <c>--evidence</c>.</summary>
internal enum EvidenceChoice
{
    /// <summary>The evidence command where one is named; else Gramine, configfs-tsm or /dev/sev-guest, whichever this machine has.</summary>
    Auto,

    /// <summary>Linux configfs-tsm.</summary>
    Configfs,

    /// <summary>The ioctl of /dev/sev-guest.</summary>
    SevGuest,

    /// <summary>Gramine's /dev/attestation.</summary>
    Gramine,

    /// <summary>A program.</summary>
    Command,
}
