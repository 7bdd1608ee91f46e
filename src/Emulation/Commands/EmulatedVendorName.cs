namespace Ait.Emulation.Commands;

/// <summary>Whose development root a command is about.</summary>
internal enum EmulatedVendorName
{
    Amd,
    Intel,
    Nvidia,
}
