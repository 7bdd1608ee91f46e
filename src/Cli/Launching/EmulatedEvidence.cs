namespace Ait.Cli.Launching;

/// <summary>A report and its certificates, as a collector hands them over.</summary>
internal sealed record EmulatedEvidence(ReadOnlyMemory<byte> Report, ReadOnlyMemory<byte> Vcek, ReadOnlyMemory<byte> Ask, ReadOnlyMemory<byte> Ark);
