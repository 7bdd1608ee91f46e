namespace Ait.Attestation.SevSnp;

/// <summary>The least acceptable level of each component; zero accepts every level of it.</summary>
/// <param name="Fmc">First mutable code. Above zero it refuses every product that has none (all but Turin).</param>
/// <param name="BootLoader">Boot loader.</param>
/// <param name="Tee">Trusted OS.</param>
/// <param name="Snp">SNP firmware.</param>
/// <param name="Microcode">Microcode.</param>
public sealed record TcbFloor(byte Fmc, byte BootLoader, byte Tee, byte Snp, byte Microcode)
{
    /// <summary>Accepts every level: a loosening that a reviewer can search for.</summary>
    public static TcbFloor AnyVersion { get; } = new(0, 0, 0, 0, 0);
}
