using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ait.Emulation.Hosts;
using Ait.Emulation.Nvidia;
using Ait.Emulation.X509;

namespace Ait.Emulation.Commands;

/// <summary>Writes a GPU's certificates and OCSP answers about its device certificate: by the issuer, and by a responder that it appointed.</summary>
internal static class OcspVectors
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static byte[] Write(string folder)
    {
        using var vendor = new EmulatedNvidiaVendor(s_begin, s_begin.AddYears(10));
        using EmulatedNvidiaGpu gpu = EmulatedNvidiaGpu.Generate(vendor);
        byte[][] path = gpu.Certify(new EmulatedGpuReport { Nonce = Counting(32) });
        var made = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
        _ = Directory.CreateDirectory(folder);
        int count = 0;
        void Put(string name, byte[] content)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
            count++;
        }

        for (int index = 0; index < path.Length; index++)
        {
            Put($"certificate-{index}.der", path[index]);
        }

        byte[] Answer(int status) => vendor.AnswerOcsp(path, 1, Counting(32), made, made.AddDays(1), status);
        Put("good.der", Answer(0));
        Put("revoked.der", Answer(1));
        Put("unknown.der", Answer(2));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Put("appointed.der", Appointed(key, path, made));
        return EmulationStore.Json(json => json.WriteNumberValue(count));
    }

    /// <summary>Shaped like an answer with a responder of its own; whoever signed that responder is nobody's issuer.</summary>
    private static byte[] Appointed(ECDsa key, byte[][] path, DateTimeOffset made)
    {
        using X509Certificate2 issuer = X509CertificateLoader.LoadCertificate(path[2]);
        var request = new CertificateRequest(new X500DistinguishedName("CN=AIT EMULATED OCSP responder"), key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.9")], critical: false));
        using X509Certificate2 responder = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), made.AddDays(-1), made.AddDays(30), [7]);
        return new EmulatedOcspAnswer
        {
            About = path[1],
            Issuer = path[2],
            SignedBy = key,
            Responder = responder.RawData,
            ThisUpdate = made,
            NextUpdate = made.AddDays(1),
            Nonce = Counting(32),
        }.Encode();
    }

    private static byte[] Counting(int length) => [.. Enumerable.Range(1, length).Select(value => (byte)value)];
}
