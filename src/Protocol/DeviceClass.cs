namespace Ait.Protocol;

/// <summary>The GPU classes the network pays, with the numbers the contracts know them by.</summary>
public enum DeviceClass : byte
{
    /// <summary>No class: never registered.</summary>
    None = 0,

    /// <summary>NVIDIA H100, 1000 CU an hour.</summary>
    H100 = 1,

    /// <summary>NVIDIA A100, 600 CU an hour.</summary>
    A100 = 2,

    /// <summary>NVIDIA L40S, 400 CU an hour.</summary>
    L40S = 3,

    /// <summary>AMD MI300X, 800 CU an hour.</summary>
    MI300X = 4,
}
