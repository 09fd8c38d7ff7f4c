<?php
// install.php WWW: makes the site and its accounts; prints role, name and application password as JSON.
[ , $www ] = $argv;
$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
define( 'WP_INSTALLING', true );
require $www . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
$language = in_array( 'vi', get_available_languages(), true ) ? 'vi' : '';
wp_install( 'Outreach test site', 'admin', 'admin@example.org', true, '', wp_generate_password( 32 ), $language );
update_option( 'timezone_string', 'Asia/Ho_Chi_Minh' );
update_option( 'gmt_offset', '' );
update_option( 'default_ping_status', 'closed' );
update_option( 'default_comment_status', 'closed' );
global $wp_rewrite;
$wp_rewrite->init();
$wp_rewrite->set_permalink_structure( '/%postname%/' );
$wp_rewrite->flush_rules( false );

$accounts = array();
foreach ( array( 'administrator', 'editor', 'author', 'contributor' ) as $role ) {
	$id = wp_insert_user( array(
		'user_login' => "outreach-$role",
		'user_pass'  => wp_generate_password( 32 ),
		'user_email' => "$role@example.org",
		'role'       => $role,
	) );
	$made              = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'tests' ) );
	$accounts[ $role ] = array( "outreach-$role", $made[0] );
}
echo json_encode( $accounts );
