namespace Ait.Coordinator.Fetching;

/// <summary>What kind of collateral an item is; the names are those of its key.</summary>
internal enum CollateralKind
{
    AmdChain,
    AmdVcek,
    AmdRevocation,
    IntelTcbInfo,
    IntelQeIdentity,
    IntelPckRevocation,
    IntelRootRevocation,
    NvidiaManifest,
    NvidiaOcsp,
}
