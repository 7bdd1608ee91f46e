using System.Globalization;
using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>One miner of the local network: who runs it, on which emulated host, driving which of its GPUs.</summary>
internal sealed record MinerPlan(int Number, string Operator, string Host, int GpuIndex, DeviceClass DeviceClass)
{
    internal const int Fewest = 3;
    internal const int Most = 64;
    private static readonly DeviceClass[] s_classes = [DeviceClass.H100, DeviceClass.A100, DeviceClass.L40S, DeviceClass.MI300X];

    internal string Name => string.Create(CultureInfo.InvariantCulture, $"miner-{Number}");

    /// <summary>The GPUs of a host, the same in a network of any size: machines do not change because more miners join.</summary>
    internal static IEnumerable<DeviceClass> GpusOf(string host) =>
        For(Most).Where(miner => miner.Host == host).OrderBy(miner => miner.GpuIndex).Select(miner => miner.DeviceClass);

    /// <summary>
    /// Classes in turn; every miner has its operator and host, except that each fifth is a second GPU on the host four
    /// before it, so that a network of five has four operators and four host chips.
    /// </summary>
    internal static IReadOnlyList<MinerPlan> For(int miners) =>
    [
        .. Enumerable.Range(1, miners).Select(number =>
        {
            bool second = number % 5 == 0;
            int home = second ? number - 4 : number;
            return new MinerPlan(
                number,
                string.Create(CultureInfo.InvariantCulture, $"operator-{home}"),
                string.Create(CultureInfo.InvariantCulture, $"host-{home}"),
                second ? 1 : 0,
                s_classes[(number - 1) % s_classes.Length]);
        }),
    ];
}
