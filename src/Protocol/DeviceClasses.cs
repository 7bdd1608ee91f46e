namespace Ait.Protocol;

/// <summary>Names and default rates of the <see cref="DeviceClass"/>es. The rates in force are the contract's.</summary>
public static class DeviceClasses
{
    /// <summary>Every class that can register.</summary>
    public static IReadOnlyList<DeviceClass> All { get; } = [DeviceClass.H100, DeviceClass.A100, DeviceClass.L40S, DeviceClass.MI300X];

    /// <summary>The rate of a class as deployed, in CU per hour.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of <see cref="All"/>.</exception>
    public static uint ComputeUnitsPerHour(DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.H100 => 1000,
        DeviceClass.A100 => 600,
        DeviceClass.L40S => 400,
        DeviceClass.MI300X => 800,
        _ => throw new ArgumentOutOfRangeException(nameof(deviceClass), deviceClass, "not a device class"),
    };

    /// <summary>Reads a class by its exact name, as <c>H100</c>.</summary>
    public static bool TryParse(string? name, out DeviceClass deviceClass)
    {
        foreach (DeviceClass candidate in All)
        {
            if (string.Equals(name, candidate.ToString(), StringComparison.Ordinal))
            {
                deviceClass = candidate;
                return true;
            }
        }

        deviceClass = DeviceClass.None;
        return false;
    }
}
