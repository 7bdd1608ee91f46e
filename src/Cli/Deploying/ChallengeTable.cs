using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Cli.Deploying;

/// <summary>The governance table of class challenges at genesis.</summary>
internal static class ChallengeTable
{
    private const ushort Width = 8192;
    private const ushort Rows = 1024;
    private const uint Steps = 16384;

    /// <summary>
    /// Milliseconds for an H100: filling the memory, the products, folding, hashing and the way of the answer. How long a class needs has
    /// not been measured on its hardware; a governor who has measured sets less.
    /// </summary>
    private const uint DeadlineOfH100 = 60_000;

    /// <summary>
    /// GPUs as they are sold. Tiles fill more than 80 % of the least memory that a class is sold with (80, 40, 48 and 192 GB); the deadline
    /// grows as the class's rate falls.
    /// </summary>
    internal static ChallengeTermsRecord OfHardware(DeviceClass deviceClass)
    {
        uint tiles = deviceClass switch
        {
            DeviceClass.H100 => 1024,
            DeviceClass.A100 => 512,
            DeviceClass.L40S => 611,
            DeviceClass.MI300X => 2447,
            _ => throw new ArgumentOutOfRangeException(nameof(deviceClass), deviceClass, "A class of the table was expected."),
        };
        uint deadline = DeadlineOfH100 * DeviceClasses.ComputeUnitsPerHour(DeviceClass.H100) / DeviceClasses.ComputeUnitsPerHour(deviceClass);
        return new ChallengeTermsRecord(tiles, Width, Rows, Steps, deadline);
    }

    /// <summary>
    /// Emulated hosts of the classes L40S and MI300X run the chain of a scaled class, which any processor answers. One that claims an H100
    /// without its evidence is held to the true terms. A100 stays unchallenged: so a network of emulated hosts has three devices to draw
    /// from at once, and shows both kinds.
    /// </summary>
    internal static ChallengeTermsRecord OfEmulatedHosts(DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.H100 => OfHardware(deviceClass),
        DeviceClass.A100 => ChallengeTermsRecord.None,
        _ => new ChallengeTermsRecord(64, 256, 32, 1024, 120_000),
    };
}
