import java.io.FileInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates each file against each flavor in one JVM. Arguments: PASSWORD (may be empty) FLAVOR[,FLAVOR...] FILE...
 * Prints one line per result, with fields separated by tabs: "VERDICT flavor file-number checks failed-checks" and
 * "FAILURE flavor file-number count rule message". Ends with "DONE", so that a crash is noticed.
 */
public class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        String password = arguments[0];
        List<String> files = Arrays.asList(arguments).subList(2, arguments.length);
        for (String id : arguments[1].split(",")) {
            PDFAFlavour flavor = flavor(id);
            for (int number = 0; number < files.size(); number++) {
                validate(flavor, id + "\t" + number, files.get(number), password);
            }
        }
        System.out.println("DONE");
    }

    /** veraPDF's own fromString returns PDF/A-1a for an unknown id. */
    private static PDFAFlavour flavor(String id) {
        for (PDFAFlavour flavor : PDFAFlavour.values()) {
            if (flavor.getId().equals(id)) {
                return flavor;
            }
        }
        throw new IllegalArgumentException("veraPDF has no flavor " + id);
    }

    private static void validate(PDFAFlavour flavor, String key, String file, String password) {
        try (FileInputStream stream = new FileInputStream(file);
                PDFAParser parser = password.isEmpty()
                        ? Foundries.defaultInstance().createParser(stream, flavor, flavor)
                        : Foundries.defaultInstance().createParser(stream, flavor, flavor, password)) {
            ValidationResult result =
                    Foundries.defaultInstance().createValidator(flavor, 100000, false, false, false).validate(parser);
            Map<String, Integer> failures = new TreeMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                    failures.merge(rule + "\t" + oneLine(assertion.getMessage()), 1, Integer::sum);
                }
            }
            if (!result.isCompliant() && failures.isEmpty()) {
                failures.put("none\tnot compliant, but no failed check was named", 1);
            }
            int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
            System.out.println("VERDICT\t" + key + "\t" + result.getTotalAssertions() + "\t" + failed);
            failures.forEach((what, count) -> System.out.println("FAILURE\t" + key + "\t" + count + "\t" + what));
        } catch (Exception exception) {
            System.out.println("VERDICT\t" + key + "\t0\t1");
            System.out.println("FAILURE\t" + key + "\t1\tunreadable\t" + oneLine(String.valueOf(exception)));
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
