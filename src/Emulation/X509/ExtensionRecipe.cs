namespace Ait.Emulation.X509;

/// <summary>One extension: OID, criticality, and the raw content of its OCTET STRING.</summary>
public sealed record ExtensionRecipe(string Oid, bool Critical, byte[] Value);
