namespace Ait.Attestation.Tests;

/// <summary>Marks the test that makes a refusal happen by changing one fact of accepted evidence.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RefusesAttribute(Refusal code) : Attribute
{
    internal Refusal Code { get; } = code;
}
