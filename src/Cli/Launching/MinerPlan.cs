using System.Globalization;
using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>One miner of the local network: who runs it, on which emulated host (in a TDX trust domain or an SEV-SNP guest), driving which of its GPUs.</summary>
internal sealed record MinerPlan(int Number, string Operator, string Host, bool InTrustDomain, int GpuIndex, DeviceClass DeviceClass)
{
    internal const int Fewest = 3;
    internal const int Most = 64;
    private static readonly DeviceClass[] s_classes = [DeviceClass.H100, DeviceClass.H100, DeviceClass.A100, DeviceClass.L40S, DeviceClass.MI300X];

    internal string Name => string.Create(CultureInfo.InvariantCulture, $"miner-{Number}");

    /// <summary>The GPUs of a host, the same in a network of any size: machines do not change because more miners join.</summary>
    internal static IEnumerable<DeviceClass> GpusOf(string host) =>
        For(Most).Where(miner => miner.Host == host).OrderBy(miner => miner.GpuIndex).Select(miner => miner.DeviceClass);

    /// <summary>
    /// In fives: an H100 in an SEV-SNP guest, an H100 in a TDX trust domain, and one each of the classes that sign no evidence. Every
    /// miner has its operator and host, except that each fifth is a second GPU on the host four before it, so that a network of five
    /// has four operators and four host chips.
    /// </summary>
    internal static IReadOnlyList<MinerPlan> For(int miners) =>
    [
        .. Enumerable.Range(1, miners).Select(number =>
        {
            bool second = number % 5 == 0;
            int home = second ? number - 4 : number;
            bool inTrustDomain = number % 5 == 2;
            return new MinerPlan(
                number,
                string.Create(CultureInfo.InvariantCulture, $"operator-{home}"),
                string.Create(CultureInfo.InvariantCulture, $"{(inTrustDomain ? "tdx" : "snp")}-{home}"),
                inTrustDomain,
                second ? 1 : 0,
                s_classes[(number - 1) % s_classes.Length]);
        }),
    ];
}
