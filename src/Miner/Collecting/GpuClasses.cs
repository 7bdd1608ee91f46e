using System.Globalization;
using Ait.Protocol;

namespace Ait.Miner.Collecting;

/// <summary>Which class a part is, by what its driver calls it.</summary>
internal static class GpuClasses
{
    /// <summary>MI300X on bare metal and as a virtual function (PCI device ids of vendor 0x1002).</summary>
    private static readonly ushort[] s_mi300x = [0x74A1, 0x74B5];

    /// <summary>NVML names a part "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB", "NVIDIA L40S": the word after the brand counts.</summary>
    public static DeviceClass OfNvidia(string name)
    {
        string[] words = name.Split(' ', '-');
        string part = words is ["NVIDIA", string second, ..] ? second : words[0];
        return part switch
        {
            "H100" => DeviceClass.H100,
            "A100" => DeviceClass.A100,
            "L40S" => DeviceClass.L40S,
            _ => DeviceClass.None,
        };
    }

    public static DeviceClass OfAmd(ushort deviceId) => s_mi300x.Contains(deviceId) ? DeviceClass.MI300X : DeviceClass.None;

    public static string NameOfAmd(ushort deviceId) =>
        OfAmd(deviceId) == DeviceClass.MI300X ? "AMD Instinct MI300X" : string.Create(CultureInfo.InvariantCulture, $"AMD device 0x{deviceId:x4}");

    /// <summary>The parts that have an identity of their own to sign with.</summary>
    public static bool SignsEvidence(DeviceClass deviceClass) => deviceClass == DeviceClass.H100;
}
